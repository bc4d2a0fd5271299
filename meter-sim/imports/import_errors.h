// What is wrong with the files of an import, for people: "file:line: what and what to do". The
// first twenty are told, the rest is counted; what was told is not told again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

class ImportErrors {
  public:
    // Names of the files, in their order.
    explicit ImportErrors(std::vector<std::string> files) : files_(std::move(files)) {}
    void add(const Place& place, const std::string& what);
    void add(const std::string& what);  // of no single line
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::vector<std::string> take();
    [[nodiscard]] std::string text_of(const Place& place) const;  // "file:line"
    [[nodiscard]] const std::string& file(std::size_t index) const { return files_[index]; }

  private:
    std::vector<std::string> files_;
    std::vector<std::string> lines_;
    std::size_t count_ = 0;
};

}  // namespace fairfeed::imports
