// Recorded homes for provisioning: the homes, the start of the recording, and the certified
// capacity of each home. Reads two files. The meters read the recording again themselves and
// identify it by its digest.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/recordings/recorded_homes.h"

namespace fairfeed {

class Recording {
  public:
    // FILE.csv and, if it exists, homes_meta.csv beside it. Errors: one line each with the file
    // and, for content, the line.
    [[nodiscard]] static Result<Recording, CsvErrors> load(const std::filesystem::path& file);

    [[nodiscard]] std::int64_t start_s() const { return homes_.start_s; }
    [[nodiscard]] std::int64_t step_s() const { return homes_.step_s; }
    [[nodiscard]] std::int64_t quarters() const { return homes_.quarters; }
    [[nodiscard]] const std::vector<RecordedHome>& homes() const { return homes_.homes; }
    [[nodiscard]] const Digest& digest() const { return digest_; }  // SHA-256 of FILE.csv
    // Nameplate PV of homes_meta.csv, else the recorded peak rounded up to 500 W; nullopt: no such
    // home.
    [[nodiscard]] std::optional<std::int64_t> capacity_w(const std::string& home) const;
    // The largest mean power of a step that the home uses or generates, rounded up to W; 0: no
    // such home.
    [[nodiscard]] std::int64_t peak_w(const std::string& home) const;
    [[nodiscard]] std::string names() const;  // "h01, h02", the first ten

  private:
    Recording(RecordedHomes homes, const Digest& digest,
              std::map<std::string, std::int64_t> nominal_w)
        : homes_(std::move(homes)), digest_(digest), nominal_w_(std::move(nominal_w)) {}
    RecordedHomes homes_;
    Digest digest_;
    std::map<std::string, std::int64_t> nominal_w_;
};

}  // namespace fairfeed
