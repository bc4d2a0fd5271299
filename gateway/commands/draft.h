// The office's commands that need no network: `gateway draft` writes a notice down, `gateway
// drafts` lists what waits, `gateway sign` says in plain words what an officer is about to approve
// and approves it, `gateway withdraw` puts a draft aside. main.cc owns the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace fairfeed {

struct DraftOptions {
    std::filesystem::path config;
    std::string kind;
    std::vector<std::string> fields;               // name=value
    std::optional<std::uint64_t> sequence;         // else the chain's next
    std::optional<std::int64_t> valid_days;        // else 14
    std::optional<std::filesystem::path> drafter;  // an officer's key, else DGMD's of the config
    std::optional<std::filesystem::path> out;      // else in the directory of drafts
    bool json = false;
};
struct DraftsOptions {
    std::filesystem::path config;
    bool json = false;
};
struct SignOptions {
    std::filesystem::path draft;
    std::filesystem::path genesis;
    std::optional<std::filesystem::path> key;  // none: only say what it is
    bool json = false;
};
struct WithdrawOptions {
    std::filesystem::path draft;
    bool json = false;
};

// 0: done. 1: the machine failed. 2: wrong input; one line per fault on `err`, nothing is written.
[[nodiscard]] int run_draft(const DraftOptions& options, std::ostream& out, std::ostream& err);
[[nodiscard]] int run_drafts(const DraftsOptions& options, std::ostream& out, std::ostream& err);
[[nodiscard]] int run_sign(const SignOptions& options, std::ostream& out, std::ostream& err);
[[nodiscard]] int run_withdraw(const WithdrawOptions& options, std::ostream& out,
                               std::ostream& err);

// The kinds of notices and their fields, for the help.
[[nodiscard]] std::string help_on_fields();

}  // namespace fairfeed
