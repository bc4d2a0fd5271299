#include "meter-sim/imports/register_names.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>

#include "meter-sim/imports/import_table.h"

namespace fairfeed::imports {

namespace {

struct Word {
    std::string_view text;
    Channel channel;
};
// The first word that a name holds decides.
constexpr std::array kWords = {
    Word{"return", Channel::exported},         Word{"teruglever", Channel::exported},
    Word{"terug", Channel::exported},          Word{"export", Channel::exported},
    Word{"injecti", Channel::exported},        Word{"einspeis", Channel::exported},
    Word{"feed_in", Channel::exported},        Word{"feed-in", Channel::exported},
    Word{"feedin", Channel::exported},         Word{"feed in", Channel::exported},
    Word{"to_grid", Channel::exported},        Word{"to grid", Channel::exported},
    Word{"production_tar", Channel::exported}, Word{"exported", Channel::exported},
    Word{"solar", Channel::generation},        Word{"photovolt", Channel::generation},
    Word{"_pv", Channel::generation},          Word{"pv_", Channel::generation},
    Word{"pv ", Channel::generation},          Word{"zonne", Channel::generation},
    Word{"inverter", Channel::generation},     Word{"generat", Channel::generation},
    Word{"yield", Channel::generation},        Word{"erzeug", Channel::generation},
    Word{"import", Channel::imported},         Word{"afname", Channel::imported},
    Word{"bezug", Channel::imported},          Word{"from_grid", Channel::imported},
    Word{"from grid", Channel::imported},      Word{"purchas", Channel::imported},
    Word{"consum", Channel::imported},         Word{"verbruik", Channel::imported},
    Word{"verbrauch", Channel::imported},      Word{"usage", Channel::imported},
    Word{"delivered", Channel::imported},      Word{"electricity 1", Channel::imported},
    Word{"electricity 2", Channel::imported},  Word{"production", Channel::generation},
};
constexpr std::array<std::string_view, 17> kTariffs = {
    " t1",      "_t1",     " t2",  "_t2",           "tarif",        "_low",
    "_high",    " dag",    "_dag", " nacht",        "_nacht",       "_peak",
    "off_peak", "offpeak", "hoog", "electricity 1", "electricity 2"};

}  // namespace

std::optional<Channel> channel_of_name(std::string_view name) {
    const std::string text = lower_case(name);
    for (const Word& word : kWords)
        if (text.find(word.text) != std::string::npos) return word.channel;
    return std::nullopt;
}

bool is_of_tariff(std::string_view name) {
    const std::string text = lower_case(name);
    return std::any_of(kTariffs.begin(), kTariffs.end(), [&](std::string_view tariff) {
        return text.find(tariff) != std::string::npos;
    });
}

void drop_totals(ReadFile& file) {
    std::set<std::pair<std::string, Channel>> by_tariff;
    for (const ReadSeries& series : file.series)
        if (is_of_tariff(series.name)) by_tariff.insert({series.home, series.channel});
    std::erase_if(file.series, [&](const ReadSeries& series) {
        const bool is_total =
            !is_of_tariff(series.name) && by_tariff.contains({series.home, series.channel});
        if (is_total) file.notes.push_back("'" + series.name + "' left out: its tariffs are there");
        return is_total;
    });
}

}  // namespace fairfeed::imports
