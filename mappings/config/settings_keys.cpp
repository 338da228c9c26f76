// The keys of crmsync.yaml, and those that every connection file may hold.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/key_table.hpp"

namespace crmsync::mappings {
namespace {

using enum KeyType;

constexpr KeyRow kSettingsKeys[] = {
    {"version", version, true, "", "", "Format of this file. Always 1."},
    {"state_dir", path, false, "/var/lib/crmsync", "", "Folder of the daemon's own state."},
    {"socket", path, false, "/run/crmsync/control.sock", "", "Control socket."},
    {"webhooks", map, false, "", "", "Listener for webhooks of the CRMs."},
    {"webhooks.listen", text, false, "", "", "Address and port: 127.0.0.1:8080. Empty: none."},
    {"webhooks.public_url", url, false, "", "",
     "Address under which the CRM reaches the listener; part of what some vendors sign."},
    {"webhooks.retention", duration, false, "72h", "", "How long raw webhooks are kept."},
    {"log", map, false, "", "", "Logging."},
    {"log.level", choice, false, "info", "trace|debug|info|warn|error",
     "Least severe level shown."},
    {"limits", map, false, "", "", "Bounds of the daemon's own stores."},
    {"limits.intake_max", count, false, "1000000", "",
     "Changes waiting at most; beyond it webhooks are answered 503 and polls pause."},
    {"limits.state_bytes_max", bytes, false, "64GiB", "", "Size the state may grow to."},
    {"history", map, false, "", "", "The record of every decision."},
    {"history.retention", duration, false, "90d", "", "How long it is kept."},
    {"metrics", map, false, "", "", "Prometheus metrics over TCP."},
    {"metrics.listen", text, false, "", "", "Address and port. Empty: only on the socket."},
    {"time_zone", unsupported, false, "", "", "Zone of times without one."},
    {"alerts", unsupported, false, "", "", "Whom to tell."},
    {"cluster", unsupported, false, "", "", "Several daemons over one state."},
};

constexpr KeyRow kConnectionKeys[] = {
    {"version", version, true, "", "", "Format of this file. Always 1."},
    {"connection", name, true, "", "", "Name under which mappings refer to it."},
    {"type", text, true, "", "", "Kind of system: sqlite, hubspot, ..."},
    {"environment", choice, false, "", "production|sandbox",
     "Checked against what the account says it is."},
};

}  // namespace

KeyTable settings_keys() noexcept {
  return kSettingsKeys;
}
KeyTable connection_common_keys() noexcept {
  return kConnectionKeys;
}

}  // namespace crmsync::mappings
