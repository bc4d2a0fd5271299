// Recorded homes as provisioning needs them: which homes there are, when the recording begins, and
// what each home is certified for. Reads two files; the meters read the recording again themselves.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/recorded_homes.h"

namespace fairfeed {

class Recording {
  public:
    // FILE.csv and, where there is one, homes_meta.csv beside it. Errors: one line each, naming the
    // file and, for what is in it, the line.
    [[nodiscard]] static Result<Recording, RecordingErrors> load(const std::filesystem::path& file);

    [[nodiscard]] std::int64_t start_s() const { return homes_.start_s; }
    // Nameplate PV of homes_meta.csv, else the recorded peak rounded up to 500 W; nullopt: no such
    // home.
    [[nodiscard]] std::optional<std::int64_t> capacity_w(const std::string& home) const;
    [[nodiscard]] std::string names() const;  // "h01, h02", the first ten

  private:
    Recording(RecordedHomes homes, std::map<std::string, std::int64_t> nominal_w)
        : homes_(std::move(homes)), nominal_w_(std::move(nominal_w)) {}
    RecordedHomes homes_;
    std::map<std::string, std::int64_t> nominal_w_;
};

}  // namespace fairfeed
