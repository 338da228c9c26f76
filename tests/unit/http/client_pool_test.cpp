// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/event.hpp"
#include "tests/unit/http/talk.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using engine::Errc;
using engine::Result;
using ::testing::HasSubstr;

constexpr char const* ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";

class ClientPoolTest : public ::testing::Test, protected ClientFixture {
 protected:
  std::unique_ptr<Client> to(std::string url, std::size_t connections = 8) {
    ClientOptions options;
    options.base_url = std::move(url);
    options.connections_max = connections;
    return make(std::move(options));
  }

  using Slot = std::optional<Result<Response>>;
  // Starts a send without waiting for it.
  void begin(Client& client, Request request, std::chrono::milliseconds deadline, Slot& out) {
    asio::co_spawn(io(), client.send(std::move(request), deadline),
                   [&out](std::exception_ptr error, Result<Response> result) {
                     if (error) std::rethrow_exception(error);
                     out = std::move(result);
                   });
  }
  void run_until(Slot const& slot) {
    io().restart();
    while (!slot) io().run_one();
  }
};

// Opened by the test, waited for by a peer's script.
class Gate {
 public:
  void open() {
    std::lock_guard const lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// The connection dies in the kernel's hands after the next request came in, before any answer.
ScriptedPeer::Play one_answer_then_silence() {
  return [](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(ok);
    connection.read_until("\r\n\r\n");
  };
}

ScriptedPeer::Play answers_for_ever() {
  return [](RawConnection& connection) {
    while (!connection.read_until("\r\n\r\n").empty()) connection.send(ok);
  };
}

TEST_F(ClientPoolTest, AConnectionClosedWhileIdleIsNotEvenTried) {
  std::promise<void> closed;
  ScriptedPeer peer({[&closed](RawConnection& connection) {
                       connection.read_until("\r\n\r\n");
                       connection.send(ok);
                       ::shutdown(connection.fd(), SHUT_RDWR);
                       closed.set_value();
                     },
                     answers_for_ever()});
  auto client = to(peer.url());
  ASSERT_TRUE(send(*client, get()));
  closed.get_future().wait();
  // The second connection is only accepted once the first was closed.
  auto const result = send(*client, post("x"));
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(peer.connections(), 2);
  client.reset();
}

TEST_F(ClientPoolTest, AGetOnADeadKeptConnectionIsRepeatedOnAFreshOne) {
  ScriptedPeer peer({one_answer_then_silence(), answers_for_ever()});
  auto client = to(peer.url());
  ASSERT_TRUE(send(*client, get()));
  auto const result = send(*client, get());
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(peer.connections(), 2);
  client.reset();
}

TEST_F(ClientPoolTest, APostOnADeadKeptConnectionIsNeverRepeated) {
  ScriptedPeer peer({one_answer_then_silence(), answers_for_ever()});
  auto client = to(peer.url());
  ASSERT_TRUE(send(*client, get()));
  auto const result = send(*client, post(""));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_TRUE(result.error().maybe_applied);
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(ClientPoolTest, AGetIsRepeatedOnceOnly) {
  ScriptedPeer peer({one_answer_then_silence(),
                     [](RawConnection& connection) { connection.read_until("\r\n\r\n"); }});
  auto client = to(peer.url());
  ASSERT_TRUE(send(*client, get()));
  auto const result = send(*client, get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_FALSE(result.error().maybe_applied);
  EXPECT_EQ(peer.connections(), 2);
}

TEST_F(ClientPoolTest, AnAnswerThatBeganIsNeverRepeated) {
  ScriptedPeer peer({[](RawConnection& connection) {
                       connection.read_until("\r\n\r\n");
                       connection.send(ok);
                       connection.read_until("\r\n\r\n");
                       connection.send("HTTP/1.1 2");
                     },
                     answers_for_ever()});
  auto client = to(peer.url());
  ASSERT_TRUE(send(*client, get()));
  EXPECT_FALSE(send(*client, get()));
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(ClientPoolTest, NeverMoreConnectionsThanTheLimitAndAllAreServed) {
  std::atomic<int> open{0};
  std::atomic<int> most{0};
  ServerThread server([&](Request, Peer) -> Task<Response> {
    most = std::max(most.load(), ++open);
    Timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(use_task);
    --open;
    Response response;
    response.status = 200;
    co_return response;
  });
  auto client = to(server.url(), 3);
  std::array<Slot, 30> slots;
  for (auto& slot : slots) begin(*client, get(), 10s, slot);
  for (auto& slot : slots) {
    run_until(slot);
    ASSERT_TRUE(*slot) << slot->error().message();
  }
  EXPECT_LE(most, 3);
  EXPECT_GT(most, 1);
}

TEST_F(ClientPoolTest, TheDeadlineCoversTheWaitForAConnection) {
  Gate release;
  ScriptedPeer peer({[&](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    release.wait();
    connection.send(ok);
    while (!connection.read_until("\r\n\r\n").empty()) connection.send(ok);
  }});
  auto client = to(peer.url(), 1);
  Slot first;
  Slot second;
  Slot third;
  begin(*client, get(), 10s, first);
  begin(*client, post("x"), 50ms, second);
  begin(*client, get(), 10s, third);
  run_until(second);
  ASSERT_FALSE(*second);
  EXPECT_EQ(second->error().code, Errc::transient);
  EXPECT_THAT(second->error().message(), HasSubstr("50 ms"));
  EXPECT_FALSE(second->error().maybe_applied);
  release.open();
  run_until(first);
  run_until(third);
  EXPECT_TRUE(*first);
  EXPECT_TRUE(*third);
  EXPECT_EQ(peer.connections(), 1);
  client.reset();
}

TEST_F(ClientPoolTest, ASilentPeerEndsByTheDeadlineAndMayHaveApplied) {
  Gate release;
  ScriptedPeer peer({[&](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    release.wait();
  }});
  auto client = to(peer.url());
  auto const result = send(*client, post("x"), 50ms);
  release.open();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_TRUE(result.error().maybe_applied);
}

TEST_F(ClientPoolTest, AnAnswerThatTricklesEndsByTheDeadline) {
  ScriptedPeer peer({[&](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (connection.send("x")) std::this_thread::sleep_for(1ms);
  }});
  auto client = to(peer.url());
  auto const result = send(*client, get(), 100ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
}

TEST_F(ClientPoolTest, AConnectThatHangsEndsByItsTimeout) {
  // A full accept queue: the kernel drops further connection attempts silently.
  int const listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&where), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size), 0);
  std::string const address = "127.0.0.1:" + std::to_string(ntohs(where.sin_port));
  auto filler = RawConnection::to(address);
  ClientOptions options;
  options.base_url = "http://" + address;
  options.connect_timeout = 50ms;
  auto client = make(options);
  auto const result = send(*client, post("x"), 10s);
  ::close(listener);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_FALSE(result.error().maybe_applied);
  EXPECT_THAT(result.error().message(), HasSubstr("50 ms"));
}

TEST_F(ClientPoolTest, DestroyingTheClientCancelsWhatIsPending) {
  Gate release;
  ScriptedPeer peer({[&](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    release.wait();
  }});
  auto client = to(peer.url(), 1);
  Slot sent;
  Slot waiting;
  Slot early;
  begin(*client, post("x"), 10s, sent);
  begin(*client, post("x"), 10s, waiting);
  while (peer.connections() == 0) io().poll();
  io().poll();
  begin(*client, post("x"), 10s, early);  // not even started when the client goes
  client.reset();
  run_until(sent);
  run_until(waiting);
  run_until(early);
  release.open();
  for (Slot const* slot : {&sent, &waiting, &early}) {
    ASSERT_FALSE(**slot);
    EXPECT_EQ((*slot)->error().code, Errc::cancelled);
  }
  EXPECT_TRUE(sent->error().maybe_applied);
  EXPECT_FALSE(waiting->error().maybe_applied);
  EXPECT_FALSE(early->error().maybe_applied);
}

TEST_F(ClientPoolTest, ACancelledCallerGetsCancelled) {
  Gate release;
  ScriptedPeer peer({[&](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    release.wait();
  }});
  auto client = to(peer.url());
  asio::cancellation_signal cancel;
  Slot result;
  asio::co_spawn(io(), client->send(post("x"), 10s),
                 asio::bind_cancellation_slot(
                     cancel.slot(), [&](std::exception_ptr error, Result<Response> answer) {
                       if (!error) result = std::move(answer);
                     }));
  while (peer.connections() == 0) io().poll();
  io().poll();
  cancel.emit(asio::cancellation_type::terminal);
  run_until(result);
  release.open();
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().code, Errc::cancelled);
}

TEST_F(ClientPoolTest, IdleConnectionsAreClosedAfterTheirTime) {
  ScriptedPeer peer({answers_for_ever()});
  ClientOptions options;
  options.base_url = peer.url();
  options.idle_keep = 0ms;
  auto client = make(options);
  ASSERT_TRUE(send(*client, get()));
  ASSERT_TRUE(send(*client, get()));
  client.reset();
  EXPECT_EQ(peer.connections(), 2);
}

TEST_F(ClientPoolTest, PendingSendsMayBeDroppedWithTheirContext) {
  ScriptedPeer peer({[](RawConnection& connection) { connection.read_to_end(); }});
  bool completed = false;
  {
    asio::io_context context{1};
    SystemRuntime runtime(context, 1);
    auto const client = make_client({peer.url()}, runtime);
    ASSERT_TRUE(client);
    asio::co_spawn(context, (*client)->send(post("x"), 10s),
                   [&](std::exception_ptr, Result<Response> const&) { completed = true; });
    while (peer.connections() == 0) context.poll();
    context.poll();
  }
  EXPECT_FALSE(completed);
}

TEST(MakeClient, RefusesWhatCannotWork) {
  asio::io_context io;
  SystemRuntime runtime(io, 1);
  ClientOptions plain;
  plain.base_url = "http://crm.example.com";
  auto refused = make_client(plain, runtime);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::config_invalid);
  EXPECT_THAT(refused.error().message(), HasSubstr("http://crm.example.com"));

  ClientOptions none;
  none.base_url = "https://crm.example.com";
  none.connections_max = 0;
  EXPECT_FALSE(make_client(none, runtime));

  ClientOptions no_ca;
  no_ca.base_url = "https://crm.example.com";
  no_ca.ca_file = "/nonexistent/ca.pem";
  auto const missing = make_client(no_ca, runtime);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::config_invalid);
  EXPECT_THAT(missing.error().message(), HasSubstr("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace crmsync::connectors::http
