// The virtual clock lives with what several folders of tests share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/virtual_runtime.hpp"
