// The acts of the office's desk on capacity codes: given out once, read, handed in. The commands
// and the API both act by these functions.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/capacity/capacity_code.h"
#include "gateway/desk/desk_act.h"
#include "gateway/office/notice_fields.h"
#include "gateway/records/records.h"

namespace fairfeed {

// The office's key of codes; makes it if there is none yet. Error: the file.
[[nodiscard]] Result<SymmetricKey, std::string> codes_key_of(const std::filesystem::path& file);

constexpr std::int64_t kCodeDays = 30;
constexpr std::int64_t kMaxCodeDays = 366;

struct CodeWish {
    ApplicationId application;
    std::int64_t valid_days = kCodeDays;
    std::string by;
    std::int64_t now_s = 0;
};
struct IssuedCode {
    SaltedCertificate salted;
    std::string text;  // lines, as people type them

    [[nodiscard]] std::string letters() const;  // the text without separators
    [[nodiscard]] std::string picture() const;  // SVG
};
// The code of a verified application. `keep` takes the copies for the applicant before the records
// say that the code is out; the office keeps none. Its error: nothing is issued.
[[nodiscard]] Result<IssuedCode, DeskFault> issue_code(
    Records& records, const CodeWish& wish, const OfficeSeal& seal, const RandomSource& random,
    const NoteDeskAct& note,
    const std::function<Result<void, std::string>(const IssuedCode&)>& keep);

struct CodeReading {
    SaltedCertificate salted;
    std::optional<CodeRecord> record;           // nullopt: the office never gave it out
    std::optional<CodeRefusal> refusal;         // why it may not be handed in now
    [[nodiscard]] std::string verdict() const;  // a sentence
};
// A code as somebody typed it. Faults: the place of a typing error; of another office or network.
[[nodiscard]] Result<CodeReading, DeskFault> read_code(const Records& records,
                                                       std::string_view typed,
                                                       const OfficeSeal& seal, std::int64_t now_s);

// The fields of the CAPACITY that the code stands for.
[[nodiscard]] NoticeFields capacity_fields(const SaltedCertificate& salted);

}  // namespace fairfeed
