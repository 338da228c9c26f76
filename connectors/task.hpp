// The coroutine type of everything that waits. One io_context, one control thread; the concrete
// executor keeps compile time and dispatch cost down.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace crmsync::connectors {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T>
using Task = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_task{};

}  // namespace crmsync::connectors
