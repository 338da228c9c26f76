// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_events.hpp"

#include "connectors/simulator/faces/hubspot_render.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::array<std::string_view, 6> kNamedTypes{"contact", "company", "deal",
                                                      "ticket",  "product", "line_item"};

std::string_view word(model::EventKind kind) {
  switch (kind) {
    case model::EventKind::creation:
      return "creation";
    case model::EventKind::deletion:
      return "deletion";
    case model::EventKind::restore:
      return "restore";
    case model::EventKind::merge:
      return "merge";
    case model::EventKind::property_change:
      return "propertyChange";
    case model::EventKind::association_change:
      return "associationChange";
    case model::EventKind::privacy_deletion:
      return "privacyDeletion";
  }
  return "";
}

void write_id(JsonOut& out, std::string_view name, model::RecordId id) {
  out.count(name, static_cast<std::int64_t>(id));
}

void write_details(JsonOut& out, model::Crm const& crm, model::Event const& event) {
  switch (event.kind) {
    case model::EventKind::creation:
      out.pair("changeFlag", "CREATED");
      break;
    case model::EventKind::deletion:
      out.pair("changeFlag", "DELETED");
      break;
    case model::EventKind::restore:
      out.pair("changeFlag", "RESTORED");
      break;
    case model::EventKind::property_change: {
      auto const* property = crm.catalog().type(event.type).find(event.property);
      out.pair("propertyName", event.property);
      out.pair("propertyValue", property ? epoch_form(*property, event.value) : event.value);
      break;
    }
    case model::EventKind::merge:
      write_id(out, "primaryObjectId", event.primary);
      out.key("mergedObjectIds").open_list();
      for (auto const id : event.merged) out.number(static_cast<std::int64_t>(id));
      out.close_list();
      write_id(out, "newObjectId", event.record);
      out.count("numberOfPropertiesMoved", static_cast<std::int64_t>(event.properties_moved));
      break;
    case model::EventKind::association_change: {
      auto name = event.association_type;
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      });
      out.pair("associationType", name);
      write_id(out, "fromObjectId", event.record);
      write_id(out, "toObjectId", event.other);
      out.pair("associationRemoved", event.removed).pair("isPrimaryAssociation", event.is_primary);
      break;
    }
    case model::EventKind::privacy_deletion:
      break;
  }
}

void write_event(JsonOut& out, model::Crm const& crm, AccountOptions const& account,
                 NumberedEvent const& numbered, int attempt) {
  auto const& event = numbered.event;
  auto const& type = crm.catalog().type(event.type);
  bool const named = std::ranges::find(kNamedTypes, type.singular) != kNamedTypes.end();
  auto const& actor = crm.actor(event.actor);
  out.open();
  write_id(out, "eventId", numbered.event_id);
  // One subscription per kind; per property for changes.
  auto subscription = static_cast<std::int64_t>(event.kind) * 1'000;
  for (char const c : event.property)
    subscription = (subscription * 31 + static_cast<unsigned char>(c)) % 1'000'000;
  out.count("subscriptionId", subscription)
      .count("portalId", crm.options().portal_id)
      .count("appId", account.app_id)
      .count("occurredAt", event.at.micros / 1'000)
      .pair("subscriptionType",
            (named ? type.singular : std::string("object")) + "." + std::string(word(event.kind)))
      .count("attemptNumber", attempt);
  if (!named) out.pair("objectTypeId", type.type_id);
  if (event.kind != model::EventKind::association_change) write_id(out, "objectId", event.record);
  write_details(out, crm, event);
  out.pair("changeSource", actor.source_type).pair("sourceId", actor.source_id).close();
}

std::string decoded_for_signing(std::string_view uri) {
  constexpr std::array<std::pair<std::string_view, char>, 12> escapes{{{"%3A", ':'},
                                                                       {"%2F", '/'},
                                                                       {"%3F", '?'},
                                                                       {"%40", '@'},
                                                                       {"%21", '!'},
                                                                       {"%24", '$'},
                                                                       {"%27", '\''},
                                                                       {"%28", '('},
                                                                       {"%29", ')'},
                                                                       {"%2A", '*'},
                                                                       {"%2C", ','},
                                                                       {"%3B", ';'}}};
  std::string decoded;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    auto const at = std::ranges::find_if(
        escapes, [&](auto const& escape) { return uri.substr(i, 3) == escape.first; });
    decoded += at == escapes.end() ? uri[i] : at->second;
    if (at != escapes.end()) i += 2;
  }
  return decoded;
}

}  // namespace

std::string webhook_body(model::Crm const& crm, AccountOptions const& account,
                         std::vector<NumberedEvent> const& events, int attempt) {
  JsonOut out;
  out.open_list();
  for (auto const& event : events) write_event(out, crm, account, event, attempt);
  out.close_list();
  return out.str();
}

std::string signature_v3(std::string_view secret, std::string_view method, std::string_view uri,
                         std::string_view body, std::string_view timestamp_ms) {
  auto const text = std::string(method) + decoded_for_signing(uri) + std::string(body) +
                    std::string(timestamp_ms);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data(), &size);
  std::string base64(4 * ((size + 2) / 3) + 1, '\0');
  auto const written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                       digest.data(), static_cast<int>(size));
  base64.resize(static_cast<std::size_t>(written));
  return base64;
}

std::string signature_v1(std::string_view secret, std::string_view body) {
  static constexpr char digits[] = "0123456789abcdef";
  auto const text = std::string(secret) + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

http::Headers webhook_headers(std::string_view secret, std::string_view uri, std::string_view body,
                              engine::Timestamp now) {
  auto const millis = std::to_string(now.micros / 1'000);
  return {{"Content-Type", "application/json"},
          {"User-Agent", "HubSpot Connect 2.0 (simulated)"},
          {"X-HubSpot-Request-Timestamp", millis},
          {"X-HubSpot-Signature-v3", signature_v3(secret, "POST", uri, body, millis)},
          {"X-HubSpot-Signature-Version", "v1"},
          {"X-HubSpot-Signature", signature_v1(secret, body)}};
}

}  // namespace crmsync::connectors::simulator::faces
