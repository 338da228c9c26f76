// Figures about a running process and about samples.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace crmsync::bench {

std::uint64_t peak_rss_kib(pid_t pid);
std::uint64_t rss_kib(pid_t pid);
double cpu_seconds(pid_t pid);  // user and system, so far
double own_cpu_seconds();
// p in [0, 1]; 0 for no samples.
double percentile(std::vector<double> samples, double p);
std::string machine();  // processor model, cores, kernel

}  // namespace crmsync::bench
