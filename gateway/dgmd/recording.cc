#include "gateway/dgmd/recording.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/io/file.h"
#include "core/recordings/homes_meta.h"

namespace fairfeed {

namespace {

constexpr std::size_t kMaxNamed = 10;
constexpr std::int64_t kMilliPerUnit = 1000;

}  // namespace

Result<Recording, CsvErrors> Recording::load(const std::filesystem::path& file) {
    const auto text = read_text_file(file);
    if (!text) return unexpected(CsvErrors{text.error().message});
    auto homes = parse_recorded_homes(file.string(), *text);
    if (!homes) return unexpected(homes.error());
    const Digest digest = sha256(as_bytes(*text));
    const std::filesystem::path beside = file.parent_path() / "homes_meta.csv";
    std::error_code ignored;
    if (!std::filesystem::exists(beside, ignored)) return Recording(std::move(*homes), digest, {});
    const auto meta = read_text_file(beside);
    if (!meta) return unexpected(CsvErrors{meta.error().message});
    auto nominal_w = parse_homes_meta(beside.string(), *meta);
    if (!nominal_w) return unexpected(nominal_w.error());
    return Recording(std::move(*homes), digest, std::move(*nominal_w));
}

std::optional<std::int64_t> Recording::capacity_w(const std::string& home) const {
    const RecordedHome* found = homes_.find(home);
    if (found == nullptr) return std::nullopt;
    const auto nameplate = nominal_w_.find(home);
    return nameplate != nominal_w_.end() ? nameplate->second : recorded_capacity_w(*found);
}

std::int64_t Recording::peak_w(const std::string& home) const {
    const RecordedHome* found = homes_.find(home);
    if (found == nullptr) return 0;
    const std::int64_t peak_mw = std::max(found->load.peak_mw(), found->pv.peak_mw());
    return (peak_mw + kMilliPerUnit - 1) / kMilliPerUnit;
}

std::string Recording::names() const {
    std::string text;
    for (std::size_t i = 0; i < homes_.homes.size() && i < kMaxNamed; ++i)
        text += (i == 0 ? "" : ", ") + homes_.homes[i].name;
    return homes_.homes.size() > kMaxNamed ? text + ", ..." : text;
}

}  // namespace fairfeed
