#include "meter-sim/meter_key.h"

#include "core/io/file.h"

namespace fairfeed {

Result<std::optional<SigningKey>, KeyFileError> load_meter_key(const std::filesystem::path& file) {
    if (const auto text = read_text_file(file); text && *text == kZeroised)
        return std::optional<SigningKey>();
    auto key = load_signing_key(file);
    if (!key) return unexpected(key.error());
    return std::optional(std::move(*key));
}

Result<void, IoError> zeroise_meter_key(const std::filesystem::path& file) {
    return write_file_atomically(file, as_bytes(kZeroised), 0600);
}

}  // namespace fairfeed
