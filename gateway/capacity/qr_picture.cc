#include "gateway/capacity/qr_picture.h"

#include <qrencode.h>

#include <memory>

#include "core/base/check.h"

namespace fairfeed {
namespace {

constexpr int kQuietZone = 4;  // modules, as ISO/IEC 18004 asks for
constexpr int kSmallestVersion = 0;

struct FreeQr {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

// "M4 4h7v1h-7z": each dark run of a row.
std::string dark_runs(const QRcode& code) {
    std::string path;
    const auto is_dark = [&code](int row, int column) {
        return (code.data[row * code.width + column] & 1U) != 0;
    };
    for (int row = 0; row < code.width; ++row) {
        for (int from = 0; from < code.width;) {
            int end = from;
            while (end < code.width && is_dark(row, end))
                ++end;
            if (end > from) {
                const std::string run = std::to_string(end - from);
                path += "M" + std::to_string(from + kQuietZone) + " " +
                        std::to_string(row + kQuietZone) + "h" + run + "v1h-" + run + "z";
            }
            from = end + 1;
        }
    }
    return path;
}

}  // namespace

std::string qr_svg(std::string_view text) {
    const std::unique_ptr<QRcode, FreeQr> code(QRcode_encodeString(
        std::string(text).c_str(), kSmallestVersion, QR_ECLEVEL_M, QR_MODE_8, 1));
    CHECK(code != nullptr);
    const std::string size = std::to_string(code->width + 2 * kQuietZone);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + " " + size +
           "\" shape-rendering=\"crispEdges\"><rect width=\"" + size + "\" height=\"" + size +
           "\" fill=\"#fff\"/><path d=\"" + dark_runs(*code) + "\" fill=\"#000\"/></svg>\n";
}

}  // namespace fairfeed
