// A QR code as an SVG picture: dark squares on white, four modules of quiet zone, by libqrencode.
// The only place with that library. Pure.
#pragma once

#include <string>
#include <string_view>

namespace fairfeed {

// Digits and capital letters, at most 500; medium error correction. One module is one unit wide.
[[nodiscard]] std::string qr_svg(std::string_view text);

}  // namespace fairfeed
