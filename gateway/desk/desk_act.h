// What all acts at the office's desk share, whether the console or the API asks for them: what is
// noted before an act is done, and why it is not done. Plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace fairfeed {

// For the audit log, which knows who and from where.
struct DeskAct {
    std::string what;     // "application.verify"
    std::string subject;  // "a-7"
    std::string more{};   // nothing personal
};
// Error: the log does not take it; then the act must not be done.
using NoteDeskAct = std::function<Result<void, std::string>(const DeskAct&)>;

enum class DeskFaultKind : std::uint8_t {
    missing,  // it is about something that is not there
    wrong,    // what was handed in
    refused,  // the rules do not allow it by now
    machine,  // disk, database, audit log
};
struct DeskFault {
    DeskFaultKind kind = DeskFaultKind::wrong;
    std::string line;  // for a person
};

[[nodiscard]] inline Unexpected<DeskFault> desk_fault(DeskFaultKind kind, std::string line) {
    return unexpected(DeskFault{kind, std::move(line)});
}

}  // namespace fairfeed
