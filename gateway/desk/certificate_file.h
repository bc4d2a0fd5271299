// The owner's copy of a certificate: JSON with the salt, without which the commitment on the chain
// proves nothing. Errors are lines for a person, with the file's name.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/io/json.h"
#include "gateway/capacity/capacity_code.h"

namespace fairfeed {

[[nodiscard]] Json certificate_json(const SaltedCertificate& salted);
// The commitment in the file is not believed; it must fit the rest.
[[nodiscard]] Result<SaltedCertificate, std::string> load_certificate_file(
    const std::filesystem::path& file);

}  // namespace fairfeed
