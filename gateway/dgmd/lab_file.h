// Reads a network description (config/lab.yaml describes every key) and checks it as a whole: names
// unique across everything that has an MQTT identity, every parent and cluster known, every figure
// in range. Reads the file and the recording named in it, nothing else.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/io/yaml_file.h"
#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

// Reports all errors at once: "lab.yaml:12:5: what is wrong"; errors in a recording name the
// recording's lines.
[[nodiscard]] Result<LabNetwork, YamlErrors> load_lab_file(const std::filesystem::path& file);

}  // namespace fairfeed
