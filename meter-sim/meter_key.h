// A meter's signing key on disk: read when the meter starts, destroyed when its seal breaks. From
// then on the file records the destruction, so that no restart signs again (paper A37).
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signing.h"
#include "core/io/io_error.h"

namespace fairfeed {

// The content of a signing key file after the key was destroyed.
constexpr std::string_view kZeroised = "zeroised: the seal of this meter was broken\n";

// nullopt: zeroised. Errors: neither a key nor kZeroised, or a file that others may read.
[[nodiscard]] Result<std::optional<SigningKey>, KeyFileError> load_meter_key(
    const std::filesystem::path& file);
// Durable on return; at every moment the file holds the whole key or kZeroised.
[[nodiscard]] Result<void, IoError> zeroise_meter_key(const std::filesystem::path& file);

}  // namespace fairfeed
