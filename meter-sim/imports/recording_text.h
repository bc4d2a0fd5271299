// An import as the text of a recording, which core/recordings reads. Pure.
#pragma once

#include <string>

#include "meter-sim/imports/home_import.h"

namespace fairfeed::imports {

[[nodiscard]] std::string recording_text(const HomeImport& import);

}  // namespace fairfeed::imports
