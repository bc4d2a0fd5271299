// A meter's signing key on disk: read when the meter starts, and given up when its seal breaks.
// From then on the file says so, so that no restart signs again (paper A37).
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signing.h"
#include "core/io/io_error.h"

namespace fairfeed {

// What a signing key file says once the key is gone.
constexpr std::string_view kZeroised = "zeroised: the seal of this meter was broken\n";

// nullopt: zeroised. Errors: neither a key nor that, or one that others may read.
[[nodiscard]] Result<std::optional<SigningKey>, KeyFileError> load_meter_key(
    const std::filesystem::path& file);
// Durable on return; at every moment the file is the whole key or says that it is gone.
[[nodiscard]] Result<void, IoError> zeroise_meter_key(const std::filesystem::path& file);

}  // namespace fairfeed
