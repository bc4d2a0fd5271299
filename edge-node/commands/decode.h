// `edge-node decode`: prints our messages for a person. Reads lines "<topic> <hex>" as
// mosquitto_sub -F '%t %x' prints them, lines of hex alone, or one raw message. Sealed parts stay
// sealed: no key is ever used here. main.cc owns the command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

namespace fairfeed {

struct DecodeOptions {
    std::optional<std::filesystem::path> genesis;  // signatures are checked with its keys
    bool cbor = false;                             // add diagnostic notation
};

// 0: all input was our messages. 1: some was not, as its line says. 2: the genesis file cannot be
// read.
[[nodiscard]] int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out,
                             std::ostream& err);

}  // namespace fairfeed
