// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/commands.hpp"

int main(int argc, char** argv) {
  return crmsync::daemon::cli::run(argc, argv);
}
