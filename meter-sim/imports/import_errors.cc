#include "meter-sim/imports/import_errors.h"

#include <algorithm>

namespace fairfeed::imports {

namespace {

constexpr std::size_t kMostLines = 20;

}  // namespace

void ImportErrors::add(const Place& place, const std::string& what) {
    add(text_of(place) + ": " + what);
}

void ImportErrors::add(const std::string& what) {
    if (std::find(lines_.begin(), lines_.end(), what) != lines_.end()) return;
    ++count_;
    if (lines_.size() < kMostLines) lines_.push_back(what);
}

std::vector<std::string> ImportErrors::take() {
    if (count_ > lines_.size())
        lines_.push_back("and " + std::to_string(count_ - lines_.size()) + " more");
    return std::move(lines_);
}

std::string ImportErrors::text_of(const Place& place) const {
    return files_.at(place.file) + ":" + std::to_string(place.line);
}

}  // namespace fairfeed::imports
