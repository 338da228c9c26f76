// SPDX-License-Identifier: Apache-2.0
#include "engine/error.hpp"
#include "engine/invariant.hpp"
#include "engine/secret.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace crmsync::engine {
namespace {

TEST(Error, MessageSaysWhatWhyAndWhatToDo) {
  auto const full = make_error(Errc::locked, "hubspot: update contacts 512", "record is locked",
                               "trying again in 2 s");
  EXPECT_EQ(full.message(), "hubspot: update contacts 512: record is locked (trying again in 2 s)");
  EXPECT_EQ(make_error(Errc::locked, "op", "why").message(), "op: why");
  EXPECT_EQ(make_error(Errc::locked, "", "").message(), "locked");
}

TEST(Error, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i)
    names.insert(to_string(static_cast<Errc>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::internal) + 1);
}

TEST(Result, UsingAFailedResultIsADefect) {
  Result<int> const failed = make_error(Errc::transient, "read", "no answer");
  try {
    static_cast<void>(failed.value());
    FAIL();
  } catch (std::logic_error const& defect) {
    EXPECT_NE(std::string(defect.what()).find("read: no answer"), std::string::npos);
  }
}

TEST(InvariantDeathTest, SaysWhatDoesNotHold) {
  EXPECT_DEATH(CRMSYNC_INVARIANT(1 + 1 == 3), "error_test.cpp:[0-9]+: invariant 1 \\+ 1 == 3");
}

TEST(Secret, BytesAreOverwrittenWhenReplacedOrMovedFrom) {
  Secret secret(std::string("short"));
  auto const* where = secret.reveal().data();
  Secret const taken(std::move(secret));
  EXPECT_EQ(taken.reveal(), "short");
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(std::string_view(where, 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(Secret, ShorterReplacementLeavesNoTail) {
  Secret secret(std::string("0123456789"));
  auto const* where = secret.reveal().data();
  secret = Secret(std::string("xy"));
  EXPECT_EQ(secret.reveal(), "xy");
  EXPECT_EQ(std::string_view(where, 10).find("23456789"), std::string_view::npos);
}

TEST(Secret, CopiesAreIndependent) {
  Secret const first(std::string(100, 'k'));
  Secret second;
  second = first;
  EXPECT_EQ(second.reveal(), first.reveal());
  auto const& alias = second;
  second = alias;
  EXPECT_EQ(second.reveal(), std::string(100, 'k'));
}

TEST(Secret, CannotBeComparedOrPrinted) {
  static_assert(!std::equality_comparable<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
}

}  // namespace
}  // namespace crmsync::engine
