// The keys of a mapping file.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/key_table.hpp"

namespace crmsync::mappings {
namespace {

using enum KeyType;

constexpr KeyRow kMappingKeys[] = {
    {"version", version, true, "", "", "Format of this file. Always 1."},
    {"mapping", name, true, "", "",
     "Name of the mapping: the unit of review, plan and pause. It names the links in the state, so "
     "renaming it starts a new mapping."},

    {"app", map, true, "", "", "The company's own database."},
    {"app.connection", name, true, "", "", "Name of a connection to a database."},
    {"app.object", text, true, "", "", "Table."},
    {"app.key", texts, true, "", "",
     "Column that identifies a row; a list for a composite key: [tenant, id]."},
    {"app.changed_at", text, false, "", "",
     "Column that the application sets at every change. Polling reads only newer rows; without it "
     "every poll reads the whole table."},
    {"app.deleted_when", map, false, "", "",
     "Soft deletes: which rows count as deleted. Without it a row is deleted when it is gone."},
    {"app.deleted_when.field", text, true, "", "", "Marker column."},
    {"app.deleted_when.is", choice, true, "", "present",
     "present: the row counts as deleted while the marker is not blank."},

    {"crm", map, true, "", "", "The CRM object."},
    {"crm.connection", name, true, "", "", "Name of a connection to a CRM."},
    {"crm.object", text, true, "", "", "Object type: contacts, companies, deals, or a custom one."},
    {"crm.external_id", text, true, "", "",
     "Unique property that holds the app's key on records the two sides share. Written by the "
     "daemon alone."},

    {"direction", choice, false, "both", "both|to_crm|to_app", "Default direction of every field."},
    {"create", choice, false, "none", "app_to_crm|crm_to_app|both|none",
     "Where a record that only one side has is created."},

    {"schedule", map, false, "", "", "How changes are noticed."},
    {"schedule.app", map, false, "", "", "How changes in the database are noticed."},
    {"schedule.app.capture", choice, false, "poll", "poll|triggers|logical|binlog",
     "triggers: a change table filled by the database itself. poll: read rows by changed_at. "
     "logical and binlog need a database that has them."},
    {"schedule.app.every", duration, false, "30s", "", "Time between polls; for capture: poll."},
    {"schedule.crm", map, false, "", "", "How changes in the CRM are noticed."},
    {"schedule.crm.webhooks", boolean, false, "false", "",
     "Take webhooks as hints; the poll stays the truth."},
    {"schedule.crm.poll", duration, false, "60s", "", "Time between polls of the CRM."},
    {"schedule.settle", duration, false, "2s", "",
     "Waits this long after a change, so that edits still being typed become one."},
    {"schedule.audit", unsupported, false, "", "", "Time of the full compare."},

    {"match", map, true, "", "",
     "How a record of one side finds its counterpart at the first match. Later the stored link "
     "decides, never these keys."},
    {"match.keys", maps, true, "", "", "Tried in order."},
    {"match.keys[].app", text, true, "", "", "Column."},
    {"match.keys[].crm", text, true, "", "", "Property, or id for the CRM's own id."},
    {"match.keys[].compare", choice, false, "exact", "exact|trim|lower|email|digits",
     "How both values are normalised before they are compared."},
    {"match.on_many", choice, false, "ask", "ask",
     "Several candidates: the record waits for a person, candidates shown."},

    {"conflict", map, false, "", "", "What happens to a field that changed on both sides."},
    {"conflict.default", special, false, "ask", "",
     "Chain of policies for fields without a chain of their own. A chain that never decides asks a "
     "person."},

    {"fields", maps, true, "", "", "One row per field. Each column and property has one writer."},
    {"fields[].app", column, true, "", "", "Column."},
    {"fields[].crm", column, true, "", "", "Property."},
    {"fields[].direction", choice, false, "both", "both|to_crm|to_app",
     "Where changes of this field go. Default: the mapping's direction."},
    {"fields[].transform", special, false, "", "",
     "A transform, a transform with parameters ({scale: 100}), or a list of them; applied from the "
     "app to the CRM and undone the other way."},
    {"fields[].conflict", special, false, "", "",
     "Chain of policies for this field: a word, a list, or {furthest: [first, ..., last]}."},
    {"fields[].compare", choice, false, "exact", "exact|trim|lower|email|digits",
     "How two values are normalised before they count as different. What is written is the value "
     "itself."},
    {"fields[].blank", choice, false, "absence", "absence|value",
     "absence: a blank never overwrites under *_unless_blank. value: a blank is a value like any "
     "other."},
    {"fields[].drift", choice, false, "report", "report|overwrite|keep",
     "One-way fields: what happens when the read-only side is changed."},
    {"fields[].required", boolean, false, "false", "",
     "Without this field the record is not created on the other side."},
    {"fields[].values", labels, false, "", "", "Labels of the app and the CRM: {trial: lead}."},
    {"fields[].on_unknown", special, false, "ask", "",
     "A label that `values` does not list: ask, keep (the field stays as it is), or {default: "
     "app-label} for unknown CRM labels."},
    {"fields[].group", text, false, "", "",
     "Fields of one group (an address) are resolved together."},
    {"fields[].template", unsupported, false, "", "", "Computed from several columns."},

    {"delete", map, false, "", "", "What a delete on one side means for the other."},
    {"delete.app_deleted", choice, false, "unlink", "archive_crm|delete_crm|unlink|ignore",
     "A row was deleted: archive or delete the CRM record, only forget the link, or nothing."},
    {"delete.crm_deleted", special, false, "unlink", "",
     "A CRM record was deleted: delete_row, unlink, ignore, or {set: {deleted_at: now}}."},
    {"delete.versus_edit", choice, false, "edit_wins", "edit_wins|delete_wins|ask",
     "One side deleted what the other edited."},
    {"delete.guard", map, false, "", "",
     "Holds mass damage until a person approves: deletes, unlinks and cleared values."},
    {"delete.merge_window", duration, false, "5m", "",
     "How long a delete seen in the CRM waits: a merge looks like one until the survivor shows."},
    {"delete.guard.per_hour", count, false, "50", "", "Records per hour before the guard holds."},
    {"delete.guard.percent", percent, false, "2", "",
     "Share of all records per hour before the guard holds; the smaller of both counts."},
    {"delete.guard.updates", boolean, false, "false", "", "Count plain updates too."},

    {"initial", map, false, "", "", "The first match of records that both sides already have."},
    {"initial.prefer", choice, false, "ask", "app|crm|newest|ask",
     "Which side's value stands where the two differ."},
    {"initial.require_plan", boolean, false, "true", "",
     "Write nothing before a plan was shown and applied."},

    {"tests", maps, false, "", "",
     "Examples that belong to the mapping: `crmsync test` runs them, without any connection."},
    {"tests[].name", text, true, "", "", "What the test shows, in words."},
    {"tests[].base", values, false, "", "",
     "What both sides last agreed on, by columns. Without it two records meet for the first time."},
    {"tests[].app", values, false, "", "",
     "The row, by columns; what is left out is as in `base`. `at` says when it was changed."},
    {"tests[].crm", values, false, "", "",
     "The CRM record, by properties; what is left out is as in `base`. `at` says when it was "
     "changed."},
    {"tests[].expect_crm", values, false, "", "", "The CRM record that the row becomes."},
    {"tests[].expect_app", values, false, "", "", "The row that the CRM record becomes."},
    {"tests[].round_trip", boolean, false, "false", "",
     "What was converted comes back equal from the other side."},
    {"tests[].expect", values, false, "", "", "What both sides hold in the end, by columns."},
    {"tests[].expect_writes", map, false, "", "",
     "The fields that are written, all of them; a side that is not named is not written."},
    {"tests[].expect_writes.app", special, false, "", "",
     "Fields written to the app; [] for none."},
    {"tests[].expect_writes.crm", special, false, "", "",
     "Fields written to the CRM; [] for none."},
    {"tests[].expect_asks", special, false, "", "",
     "Fields that wait for a person, all of them; [] for none."},
    {"tests[].expect_error", text, false, "", "",
     "A part of what is said about a value that cannot pass."},
    {"references", unsupported, false, "", "", "Foreign keys as associations."},
    {"scope", unsupported, false, "", "", "Which records take part."},
};

}  // namespace

KeyTable mapping_keys() noexcept {
  return kMappingKeys;
}

}  // namespace crmsync::mappings
