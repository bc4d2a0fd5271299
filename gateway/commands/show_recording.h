// gateway recording: the content of a recording of homes, read as provisioning and meters read it,
// so that people and scripts can check it before a network is made.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct ShowRecordingOptions {
    std::filesystem::path file;
    bool json = false;
};

// 0: usable. 2: unusable; one line for each fault.
[[nodiscard]] int run_show_recording(const ShowRecordingOptions& options, std::ostream& out,
                                     std::ostream& err);

}  // namespace fairfeed
