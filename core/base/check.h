// CHECK(condition): our own bug, never anybody's input. Always on; says where and ends the process,
// because going on after a broken promise is how ledgers are corrupted.
#pragma once

namespace fairfeed {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace fairfeed

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) ::fairfeed::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
