// The other end of MqttShards: a process that carries the lines which it is told on a socket, with
// an MqttMultiplexer, and tells there what it hears. Ends when the socket does.
#pragma once

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Serves this connected stream socket until its end. Ignores SIGINT and SIGTERM of the process: its
// owner decides. Error: the stream is not of this kind.
[[nodiscard]] Result<void, IoError> carry_lines(int socket);

}  // namespace fairfeed
