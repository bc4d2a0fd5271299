// Writes a fuzzer's bytes to a file, for code that reads files. The file lies in a directory of
// this process's own and has the same name every time. One thread.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::fuzz {

[[nodiscard]] inline std::filesystem::path input_file(const std::string& name, ByteView content) {
    static const testing_support::TempDirectory directory;
    const std::filesystem::path file = directory / name;
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << as_text(content);
    out.close();
    CHECK(out.good());
    return file;
}

}  // namespace fairfeed::fuzz
