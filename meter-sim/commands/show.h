// `meter-sim show`: the content of the meters' outbox, as a table or as JSON: each meter's
// registers and the schedule of shares that it obeys, each reading's id, first PUBLISH and
// receipts. Changes nothing and works beside a running meter-sim; main.cc owns the command line.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct ShowOptions {
    std::filesystem::path config;
    bool json = false;
};

// 0: shown. 1: the outbox cannot be read. 2: the configuration is wrong.
[[nodiscard]] int run_show(const ShowOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
