// `gateway submit`: hands an approved draft to the nodes, or to the service that runs here, and
// says what becomes of it. It decides nothing: nodes check the approvals themselves. main.cc owns
// the command line.
#pragma once

#include <filesystem>
#include <ostream>
#include <vector>

namespace fairfeed {

struct SubmitOptions {
    std::vector<std::filesystem::path> drafts;  // copies of one draft, as officers gave them back
    std::filesystem::path config;
    std::int64_t wait_s = 30;
    bool json = false;
    bool check = false;  // dial nobody: only say whether the draft is ready
};

// 0: in a block, by the word of more nodes than may lie; with `check`, ready. 1: not heard of in
// that time, or the machine failed. 2: wrong input.
[[nodiscard]] int run_submit(const SubmitOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
