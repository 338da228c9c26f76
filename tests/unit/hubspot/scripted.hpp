// A HubSpot that answers as the test says, and a connector on top of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/hubspot.hpp"
#include "connectors/hubspot/wire/json.hpp"
#include "tests/unit/http/virtual_runtime.hpp"

#include <boost/asio/co_spawn.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors::hubspot {

using Answers = std::function<engine::Result<http::Response>(http::Request const&)>;

struct Conversation {
  std::vector<http::Request> requests;
  Answers answer;
};

class Scripted {
 public:
  explicit Scripted(Answers answer, ConnectionConfig config = default_config());

  static ConnectionConfig default_config();
  // Runs a coroutine to its end, letting virtual time pass; fails the test after a virtual hour.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(runtime_.executor(), std::move(task),
                   [&result](std::exception_ptr error, T value) {
                     if (error) std::rethrow_exception(error);
                     result = std::move(value);
                   });
    for (int i = 0; i < 3'600 && !result; ++i)
      runtime_.advance(std::chrono::seconds(i == 0 ? 0 : 1));
    if (!result) throw std::runtime_error("the call did not end");
    return std::move(*result);
  }

  Connector& connector() { return *connector_; }
  VirtualRuntime& runtime() { return runtime_; }
  std::vector<http::Request>& requests() { return conversation_->requests; }
  void answer_with(Answers answer) { conversation_->answer = std::move(answer); }
  // Requests whose target contains `part`.
  std::size_t count(std::string_view part) const;

 private:
  VirtualRuntime runtime_;
  std::shared_ptr<Conversation> conversation_;
  std::unique_ptr<Connector> connector_;
};

http::Response json(int status, std::string body, http::Headers headers = {});
// A property list that has everything the tests map.
std::string property_list(bool with_external_id = true);
EndpointSpec contacts();

// The `inputs` of a batch request, each as (id, trace id).
struct Input {
  std::string id;
  std::string trace_id;
  std::string body;  // its "text" property
};
std::vector<Input> inputs_of(http::Request const& request);
bool has(http::Request const& request, std::string_view part);

}  // namespace crmsync::connectors::hubspot
