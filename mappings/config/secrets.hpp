// Secret references -> bytes. Nothing here prints or stores what it reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/secret.hpp"
#include "mappings/config.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace crmsync::mappings {

struct SecretLimits {
  static constexpr std::size_t kBytesMax = std::size_t{64} << 10;
  static constexpr std::chrono::seconds kCommandTimeout{10};
};

struct SecretResult {
  engine::Secret secret;
  std::string code;     // empty: resolved
  std::string problem;  // what is wrong, never with the secret's bytes
  std::string cure;
  std::string warning;  // resolved, but
  // Changes when a file behind the reference was replaced; made of its metadata only.
  std::uint64_t stamp = 0;
};

// `${cred:NAME}`, `${file:PATH}`, `${env:NAME}` or `${exec:[argv...]}`. Anything else is refused as
// a literal. One line end at the end is not part of the secret. Relative paths are taken from
// `directory`. Blocks for at most kCommandTimeout.
SecretResult resolve_secret(std::string_view reference, std::filesystem::path const& directory,
                            EnvironmentLookup const& environment);

// Runs argv[0] (an absolute path) without a shell; its standard output, or a problem.
struct CommandOutput {
  std::string bytes;
  std::string problem;
};
CommandOutput run_command(std::vector<std::string> const& argv, std::size_t bytes_max,
                          std::chrono::milliseconds timeout);

}  // namespace crmsync::mappings
