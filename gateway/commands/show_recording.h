// gateway recording: what a recording of homes holds, read with the eyes of provisioning and of the
// meters, so that a person and a script know what to expect of it before a network is made.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct ShowRecordingOptions {
    std::filesystem::path file;
    bool json = false;
};

// 0: it can be used. 2: one line for each thing that is wrong with it.
[[nodiscard]] int run_show_recording(const ShowRecordingOptions& options, std::ostream& out,
                                     std::ostream& err);

}  // namespace fairfeed
