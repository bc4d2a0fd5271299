// CHECK(condition): for our own bugs, never for input. Always on; prints the place and ends the
// process, because continuing after a broken invariant could corrupt a ledger.
#pragma once

namespace fairfeed {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace fairfeed

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) ::fairfeed::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
