// SPDX-License-Identifier: Apache-2.0
#include "mappings/codes.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

constexpr CodeRow kCodes[] = {
    {"M101", "not valid YAML", "The text breaks the rules of YAML, so none of it was read.",
     "Look at indentation, brackets and quotes at the place shown and in the line above."},
    {"M102", "file too large", "Configuration files are at most 1 MiB.",
     "Check that it is the right file; keep one mapping per file."},
    {"M103", "control byte",
     "NUL and other control bytes do not belong in a text; some end it "
     "silently for the YAML reader.",
     "Save the file as plain UTF-8 text."},
    {"M104", "not UTF-8", "The bytes at the place shown are no valid UTF-8.",
     "Save the file as UTF-8."},
    {"M105", "alias",
     "Aliases (`*name`) hide what a rule says, and a few lines of them can stand "
     "for gigabytes.",
     "Write the value out."},
    {"M106", "anchor", "Anchors (`&name`) serve aliases only, and those are refused.",
     "Remove the anchor."},
    {"M107", "tag",
     "Tags (`!name`, `!!str`) change how a value is read; here each key has a type "
     "of its own.",
     "Remove the tag."},
    {"M108", "given twice", "The same key twice in one map: one of the two would be ignored.",
     "Remove one."},
    {"M109", "merge key", "`<<` is not applied by every YAML reader.", "Write the keys out."},
    {"M110", "second document", "A file holds one document.",
     "Remove `---`, or move the second document to a file of its own."},
    {"M111", "nested too deep", "No key of ours is deeper than a few levels; the bound is 32.",
     "Look for a stray bracket or a wrong indentation."},
    {"M112", "too many values", "A file holds at most 100,000 values.", "Split it."},
    {"M113", "empty file", "There is no key in the file.", "Delete it or write its keys."},
    {"M114", "file cannot be read", "The system refused to open or read it.",
     "Check owner and mode of the file and its folders."},
    {"M115", "key is not text", "A key is empty, a list or a map.",
     "Give the key a name; quote words like null."},
    {"M201", "missing key", "A key without a default is not there.", "Add it."},
    {"M202", "unknown version", "The file says another format version than this program reads.",
     "Write version: 1, or install the version of crmsync that the file was written for."},
    {"M203", "wrong form", "The value has another form than the key takes.",
     "Write it in the form shown."},
    {"M204", "unknown key",
     "No key of this name belongs here. It would have no effect, which is "
     "rarely what was meant.",
     "Correct the name, move the key, or remove it."},
    {"M205", "unknown word", "The key takes one of a few words.", "Use one of them."},
    {"M206", "not supported yet",
     "The key is part of the language, but this version does nothing "
     "with it.",
     "Remove it, or use a version that supports it."},
    {"M207", "not a duration", "A duration is a whole number and a unit.",
     "Write 500ms, 30s, 5m, 1h or 90d."},
    {"M208", "not a number",
     "The value is no number, percentage, size, rate or address of the kind "
     "the key takes.",
     "Write it in the form shown."},
    {"M209", "not a name",
     "Names are 1 to 63 of a-z, 0-9, `_` and `-`, beginning with a letter or "
     "digit.",
     "Choose such a name."},
    {"M210", "unknown policy", "No conflict policy has this name.", "Use one of the known names."},
    {"M211", "unknown transform", "No transform has this name.", "Use one of the known names."},
    {"M212", "transform does not fit",
     "A parameter is missing, unknown or out of range, or two "
     "transforms do not meet.",
     "See the transform's parameters and types."},
    {"M213", "one-way transform",
     "The field flows both ways, but its transform cannot be undone, "
     "so a change in the CRM could not be written to the app.",
     "Set direction: to_crm on the row, or choose a transform that can be undone."},
    {"M214", "two writers",
     "Two rows write the same column or property; they would overwrite each "
     "other for ever.",
     "Let one of them only read: set its direction."},
    {"M215", "labels not one-to-one",
     "A CRM label stands for two app labels, so the way back is "
     "not defined; or a label is named that the table does not hold.",
     "Make the labels one-to-one, or set direction: to_crm."},
    {"M216", "set without marker",
     "`crm_deleted: {set: ...}` marks a row as deleted; "
     "`app.deleted_when` must say that this column is the marker.",
     "Add app.deleted_when with the same column."},
    {"M217", "empty list", "The key needs at least one entry.", "Add one, or remove the key."},
    {"M218", "key without its partner", "The key only means something next to another one.",
     "Add the other key, or remove this one."},
    {"M219", "no effect", "The key is allowed here but never changes anything. A warning.",
     "Remove it, or change what makes it idle."},
    {"M221", "policy's stages", "`furthest` needs its stages in order; other policies take none.",
     "Write {furthest: [first, ..., last]}."},
    {"M222", "uneven group",
     "Fields of a group are resolved by one verdict, so their direction "
     "and conflict chain must be the same.",
     "Give all rows of the group the same direction and conflict."},
    {"M223", "unknown name in a test",
     "Tests name columns, properties and fields that the rows of `fields` use.",
     "Correct the name, or map it."},
    {"M224", "test without sense",
     "The test holds no record, expects nothing, or expects what its records cannot show.",
     "Add what is missing at the place shown."},
    {"M226", "reserved field",
     "Keys, deletion markers and the external id are written by the "
     "application or by the daemon, not as fields.",
     "Set direction: to_crm on the row, or remove it."},
    {"M301", "no such column", "The live table does not have the column.",
     "Correct the name, or add the column."},
    {"M302", "no such property", "The live CRM object does not have the property.",
     "Correct the name, or create the property."},
    {"M303", "read-only field written",
     "The system does not accept values for it: it is "
     "calculated or set by the system.",
     "Set the direction away from it."},
    {"M304", "types cannot meet",
     "Column and property have types between which no value can pass "
     "without loss.",
     "Add or change the transform, or map another field."},
    {"M305", "policy does not fit the type",
     "The policy decides about another type of value, so "
     "it would never decide here.",
     "Choose another policy, or a transform that yields its type."},
    {"M306", "no such option", "The property accepts only its options, and the label is none.",
     "Correct the label, or add the option in the CRM."},
    {"M307", "rows cannot be created", "A NOT NULL column without default would get no value.",
     "Map it, give it a default, or do not create rows in the app."},
    {"M401", "connection twice", "Two files define a connection of the same name.",
     "Rename or remove one."},
    {"M402", "mapping twice", "Two files define a mapping of the same name.",
     "Rename or remove one."},
    {"M403", "no such connection", "The mapping names a connection that no file defines.",
     "Correct the name, or add the connection."},
    {"M404", "connection of the wrong kind", "`app` needs a database, `crm` a CRM.",
     "Name the other connection."},
    {"M405", "unknown connection type", "No connector has this name.",
     "Use one of the known types."},
    {"M406", "secret in plain text",
     "A credential in a file is in every backup and every diff of "
     "it.",
     "Replace the credential, store the new one outside, and refer to it: ${cred:NAME}."},
    {"M407", "secret not set", "The reference leads to nothing, or to something unreadable.",
     "Put the credential where the reference points."},
    {"M408", "secret file open to others",
     "The file is no regular file, or its mode lets others "
     "read it.",
     "Run chmod 0600 on it."},
    {"M409", "secret in the environment",
     "Environments can be read by every process of the same "
     "user. A warning.",
     "Prefer ${cred:NAME} or ${file:PATH}."},
    {"M410", "unknown reference", "The text inside ${...} is no reference.",
     "Use cred, file, env or exec."},
    {"M411", "no configuration folder", "The folder given does not exist.",
     "Pass the right one with --config DIR."},
    {"M412", "URL refused",
     "The URL is malformed, carries a password, or uses plain http to "
     "another machine.",
     "Use https; keep credentials in secret keys."},
    {"M415", "file not read", "Only files that end in .yaml are read. A warning.",
     "Rename the file."},
    {"M416", "nothing to do", "There is no mapping. A warning.", "Add one to mappings.d/."},
};

}  // namespace

std::span<CodeRow const> code_table() noexcept {
  return kCodes;
}

CodeRow const* find_code(std::string_view code) noexcept {
  auto const* row = std::find_if(std::begin(kCodes), std::end(kCodes),
                                 [&](CodeRow const& candidate) { return candidate.code == code; });
  return row == std::end(kCodes) ? nullptr : row;
}

}  // namespace crmsync::mappings
