// `gateway capacity-code ...`: issues the encrypted code of a verified application, checks what was
// typed, reads a code with the office's key, and lets an owner prove what was certified.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

namespace fairfeed {

struct IssueCodeOptions {
    std::filesystem::path config;
    std::string application;
    std::int64_t valid_days = 30;
    std::filesystem::path certificate;        // the owner's copy, to write
    std::optional<std::filesystem::path> qr;  // picture, to write
    std::string by = "office";
    bool json = false;
};
// The code is text, or "-": standard input.
struct CheckCodeOptions {
    std::string code;
    bool json = false;
    std::filesystem::path config;  // empty: typing errors alone; else as `read`
};
struct ReadCodeOptions {
    std::filesystem::path config;
    std::string code;
    bool json = false;
    bool draft = false;  // hand it in: write the draft of its CAPACITY, and answer as `draft` does
};
struct ProveCodeOptions {
    std::filesystem::path certificate;  // the owner's copy
    std::filesystem::path genesis;
    std::filesystem::path ledger;
    bool json = false;
};

// 0: done. 1: the machine failed. 2: wrong input; lines on `err`. `read`: 2 also if the code may
// not be handed in; `prove`: 2 also if no block certifies it.
[[nodiscard]] int run_issue_code(const IssueCodeOptions& options, std::ostream& out,
                                 std::ostream& err);
[[nodiscard]] int run_check_code(const CheckCodeOptions& options, std::istream& in,
                                 std::ostream& out, std::ostream& err);
[[nodiscard]] int run_read_code(const ReadCodeOptions& options, std::istream& in, std::ostream& out,
                                std::ostream& err);
[[nodiscard]] int run_prove_code(const ProveCodeOptions& options, std::ostream& out,
                                 std::ostream& err);

}  // namespace fairfeed
