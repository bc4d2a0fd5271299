// `edge-node decode`: says for a person what our messages are. Reads lines "<topic> <hex>" as
// mosquitto_sub -F '%t %x' prints them, lines of hex alone, or one raw message. Sealed parts are
// named as sealed: no key is ever used here. main.cc owns the command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

namespace fairfeed {

struct DecodeOptions {
    std::optional<std::filesystem::path> genesis;  // its keys check signatures
    bool cbor = false;                             // add diagnostic notation
};

// 0: everything read was a message of ours. 1: something was not; its line says so. 2: the genesis
// file cannot be read.
[[nodiscard]] int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out,
                             std::ostream& err);

}  // namespace fairfeed
