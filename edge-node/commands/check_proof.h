// `edge-node check-proof`: checks a proof of a reading or of evidence, or evidence alone, against
// the genesis file alone, offline, and prints what is proved and what is not. main.cc owns the
// command line.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace fairfeed {

struct CheckProofOptions {
    std::filesystem::path genesis;
    std::filesystem::path file;
    bool json = false;
};

// 0: valid. 1: invalid; prints the part and the reason. 2: a file cannot be read.
[[nodiscard]] int run_check_proof(const CheckProofOptions& options, std::ostream& out,
                                  std::ostream& err);

}  // namespace fairfeed
