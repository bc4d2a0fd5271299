#include "gateway/commands/office_desk.h"

#include <chrono>
#include <cstdio>

#include "core/io/clock.h"

namespace fairfeed {

Result<OfficeDesk, std::vector<std::string>> open_desk(const std::filesystem::path& file) {
    using Lines = std::vector<std::string>;
    auto config = load_gateway_config(file);
    if (!config) return unexpected(config.error());
    auto genesis = load_genesis_file(config->genesis);
    if (!genesis) return unexpected(Lines{genesis.error()});
    auto records = Records::open(config->records, genesis->network);
    if (!records) return unexpected(Lines{records.error()});
    return OfficeDesk{std::move(*config), std::move(*genesis), std::move(*records)};
}

int refuse(const std::vector<std::string>& lines, std::ostream& err) {
    for (const std::string& line : lines)
        err << line << '\n';
    return kDeskWrongInput;
}

int fail(const std::string& line, std::ostream& err) {
    err << line << '\n';
    return kDeskMachineFailed;
}

int report(const DeskFault& fault, std::ostream& err) {
    return fault.kind == DeskFaultKind::machine ? fail(fault.line, err) : refuse({fault.line}, err);
}

NoteDeskAct noted_for(const OfficeDesk& desk, std::string by) {
    return [&desk, by = std::move(by)](const DeskAct& act) {
        return note_at_console(desk.config, desk.genesis.network,
                               {.what = act.what,
                                .subject = act.subject,
                                .note = "by " + by + (act.more.empty() ? "" : ": " + act.more)});
    };
}

std::int64_t unix_now_s() {
    return Clock().now().real_ms / 1000;
}

std::optional<std::int64_t> unix_time_from(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    int used = 0;
    const int found = std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &used);
    if (found != 3) return std::nullopt;
    const std::string rest = text.substr(static_cast<std::size_t>(used));
    int end = 0;
    if (!rest.empty() && (std::sscanf(rest.c_str(), "T%2u:%2u%n", &hour, &minute, &end) != 2 ||
                          static_cast<std::size_t>(end) != rest.size()))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok() || hour > 23 || minute > 59) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return std::int64_t{days} * kSecondsPerDay + hour * kSecondsPerHour + minute * 60;
}

}  // namespace fairfeed
