#include "gateway/office/notice_words.h"

#include <span>

#include "core/base/utc_text.h"
#include "core/model/band_hours.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMicro = 1'000'000;

// "0.25" of the currency.
std::string money(std::int64_t micro) {
    std::string fraction = std::to_string(kMicro + micro % kMicro).substr(1);
    while (fraction.size() > 2 && fraction.back() == '0')
        fraction.pop_back();
    return std::to_string(micro / kMicro) + "." + fraction;
}

template <class Names>
std::string listed(const Names& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "nobody" : text;
}

std::vector<std::string> names_of(const std::vector<NodeId>& nodes) {
    std::vector<std::string> names;
    for (const NodeId& node : nodes)
        names.push_back(node.str());
    return names;
}

// People by name and key, because a name alone may be anybody's.
std::vector<std::string> people_of(const std::vector<Signatory>& people) {
    std::vector<std::string> out;
    for (const Signatory& each : people)
        out.push_back(each.name.str() + " (key " + to_hex(each.key.view()) + ")");
    return out;
}

std::string prices(const BandRates& rates) {
    return money(rates.import_micro_per_kwh) + " for a kWh from the grid, " +
           money(rates.export_micro_per_kwh) + " for a kWh to it";
}

std::string clock_words(const LocalClock& clock) {
    std::string text = "UTC" + offset_text(clock.offset_s);
    for (const OffsetChange& change : clock.changes)
        text += ", " + offset_text(change.offset_s) + " from " + utc_text(change.from_s);
    return text;
}

std::string terms_words(const RateTerms& terms) {
    std::string text = "The rates follow the forecast: base times 1 + " +
                       std::to_string(terms.k_ppm) + " ppm of gap / load, from " +
                       std::to_string(terms.low_ppm) + " to " + std::to_string(terms.high_ppm) +
                       " ppm; base";
    for (const BandRates& base : terms.base)
        text += " " + money(base.import_micro_per_kwh) + "/" + money(base.export_micro_per_kwh);
    return text + ".";
}

std::string registers_words(const Registers& registers) {
    return "import " + std::to_string(registers.import_wh) + ", export " +
           std::to_string(registers.export_wh) + ", generation " +
           std::to_string(registers.generation_wh) + " Wh";
}

std::vector<std::string> readers_in(const KeyGrant& grant) {
    std::vector<std::string> readers;
    for (const KeyGrantEntry& entry : grant.entries)
        readers.push_back(entry.recipient.str());
    return readers;
}

struct Words {
    std::vector<std::string> operator()(const NodeRegistration& node) const {
        return {"Let node " + node.node.str() + " decide blocks, two blocks later.",
                "Its signing key: " + to_hex(node.signing_key.view()) + ".",
                "Its agreement key: " + to_hex(node.agreement_key.view()) + "."};
    }
    std::vector<std::string> operator()(const NodeRevocation& revocation) const {
        return {"Remove node " + revocation.node.str() +
                " for ever from the nodes that decide blocks."};
    }
    std::vector<std::string> operator()(const MeterRegistration& meter) const {
        std::vector<std::string> words = {
            "Register meter " + meter.meter.str() + " at service point " + meter.service_point +
                " in cluster " + meter.cluster.str() + ".",
            "Its signing key: " + to_hex(meter.signing_key.view()) + ".",
            "Its registers at the installation, where its bill begins: " +
                registers_words(meter.installed) + "; its connection: " +
                std::to_string(meter.rating.phases) + " x " + std::to_string(meter.rating.amperes) +
                " A at " + std::to_string(meter.rating.volts) + " V."};
        if (!meter.permit) return words;
        const std::string old = meter.permit->replaces.str();
        words.push_back("It REPLACES meter " + old + ", which is out from then on: its account " +
                        "closes with the registers " + registers_words(meter.permit->closing) +
                        ".");
        words.push_back("Readings of the new meter count from window " +
                        std::to_string(meter.permit->since) + " on. What is certified for " + old +
                        " passes on to it; no order to " + old + " does.");
        return words;
    }
    std::vector<std::string> operator()(const CommitteeAllocation& committee) const {
        return {"Give cluster " + committee.cluster.str() + " to committee " +
                std::to_string(committee.epoch) + ": " + listed(names_of(committee.members)) +
                ", the parent first."};
    }
    std::vector<std::string> operator()(const KeyGrant& grant) const {
        return {"Let these read meter " + grant.meter.str() + " by its data key of epoch " +
                std::to_string(grant.epoch) + ", and nobody else: " + listed(readers_in(grant)) +
                "."};
    }
    std::vector<std::string> operator()(const CapacityCertificate& capacity) const {
        std::vector<std::string> words = {"Certify meter " + capacity.meter.str() + " for " +
                                          std::to_string(capacity.capacity_w) +
                                          " W of installed capacity."};
        if (capacity.certificate) {
            words.push_back("By the inspector's certificate with commitment " +
                            to_hex(capacity.certificate->view()) + ".");
        }
        return words;
    }
    std::vector<std::string> operator()(const Deauthorisation& notice) const {
        return with_evidence(
            {"Take the capacity of meter " + notice.meter.str() + " away (" +
             std::string(to_string(notice.reason)) +
             "): its share is 0 and its export earns nothing, until it is inspected again."},
            notice);
    }
    std::vector<std::string> with_evidence(std::vector<std::string> words,
                                           const Deauthorisation& notice) const {
        std::vector<std::string> windows;
        for (const Window window : notice.evidence)
            windows.push_back(std::to_string(window));
        if (!windows.empty())
            words.push_back("The evidence is its readings of windows " + listed(windows) +
                            ", which are sealed: ask who drafted it for the figures.");
        if (notice.policy)
            words.push_back("DGMD's gateway says so alone, by policy " +
                            std::to_string(*notice.policy) +
                            " of the officers: nobody need sign. Officers can give the capacity "
                            "back without another inspection.");
        return words;
    }
    std::vector<std::string> operator()(const DgmdKeyChange& change) const {
        return {
            "Replace the keys of DGMD's own gateway, from the next notice on: what its old key "
            "signs is refused everywhere, and grants from then on are wrapped to the new one.",
            "New signing key: " + to_hex(change.keys.signing.view()) + ".",
            "New agreement key: " + to_hex(change.keys.agreement.view()) +
                ". Compare both with the machine that made them: who holds them is DGMD."};
    }
    std::vector<std::string> operator()(const WatchPolicy& policy) const {
        const WatchLimits& limits = policy.limits;
        std::vector<std::string> words = {
            "Watch certified capacities by these limits from the next window on: warn above " +
                std::to_string(limits.warn_percent) + " %; an excess is a peak " +
                excess_words(limits) + ".",
            "On an excess " + promise_of(policy) + "."};
        if (policy.most_per_week > 0)
            words.push_back(
                "Whoever steals the gateway can do as much, and no more; nobody without the data "
                "keys can check that a peak was as high. Officers give a capacity back with "
                "CAPACITY, and end this with another POLICY.");
        return words;
    }
    std::vector<std::string> operator()(const MeterCommand& command) const {
        const std::string meter = "meter " + command.meter.str();
        std::vector<std::string> words;
        switch (command.order) {
            case MeterOrder::disconnect:
                words.push_back("DISCONNECT " + meter + ": nothing flows to or from its home");
                break;
            case MeterOrder::connect:
                words.push_back("Connect " + meter + " to the grid again");
                break;
            case MeterOrder::service:
                words.push_back("Let a technician open " + meter + " without an alarm, for " +
                                std::to_string(command.service_hours) + " hours");
                break;
        }
        words.back() += " (" + std::string(to_string(command.reason)) + ").";
        words.push_back("A meter that has not done so when window " +
                        std::to_string(command.expires) + " ends does not do it any more.");
        return words;
    }
    std::vector<std::string> operator()(const TariffNotice& notice) const {
        const Tariff& tariff = notice.tariff;
        std::vector<std::string> words = {
            "Set the rates for everybody: " + prices(tariff.rates(0)) + "."};
        for (std::size_t band = 1; band < tariff.bands(); ++band)
            words.push_back("But in band " + std::string(tariff.band_name(band)) + ", " +
                            hours_of(tariff, band) + ": " + prices(tariff.rates(band)) + ".");
        if (tariff.daily_micro > 0)
            words.push_back("Charge every meter " + money(tariff.daily_micro) +
                            " for each local day.");
        if (tariff.bands() > 1 || tariff.daily_micro > 0)
            words.push_back("Hours and days go by the clock of " + clock_words(tariff.clock) + ".");
        if (tariff.terms) words.push_back(terms_words(*tariff.terms));
        return words;
    }
    std::vector<std::string> operator()(const OfficeChange& change) const {
        std::vector<std::string> words = {
            "Replace ALL officers and inspectors: from the next notice on " +
                promise_of(change.office) + ".",
            "Officers: " + listed(people_of(change.office.officers)) + ".",
            "Inspectors: " + listed(people_of(change.office.inspectors)) + "."};
        return words;
    }
    template <class Other>
    std::vector<std::string> operator()(const Other&) const {
        return {"This is no notice of the office."};
    }
};

std::uint64_t number_of(const Transaction& notice) {
    return std::visit(
        [](const auto& content) -> std::uint64_t {
            if constexpr (requires { content.sequence; }) return content.sequence;
            return 0;
        },
        notice.content);
}

std::string until_words(const Transaction& notice, const NetworkParameters& parameters) {
    return " until window " + std::to_string(notice.valid_until) + " ends, " +
           utc_text(GridClock(parameters).end_s(notice.valid_until)) + ".";
}

// How many of the notices, from the first on, are KEY_GRANTs for the same readers and window.
std::size_t alike(std::span<const Transaction> notices) {
    const auto* first = std::get_if<KeyGrant>(&notices.front().content);
    std::size_t count = 1;
    for (; first != nullptr && count < notices.size(); ++count) {
        const auto* next = std::get_if<KeyGrant>(&notices[count].content);
        if (next == nullptr || next->effective != first->effective ||
            notices[count].valid_until != notices.front().valid_until ||
            readers_in(*next) != readers_in(*first))
            break;
    }
    return count;
}

std::vector<std::string> words_of_grants(std::span<const Transaction> notices,
                                         const NetworkParameters& parameters) {
    const auto& first = std::get<KeyGrant>(notices.front().content);
    std::string meters;
    for (const Transaction& notice : notices) {
        const auto& grant = std::get<KeyGrant>(notice.content);
        meters += (meters.empty() ? "" : ", ") + grant.meter.str() + " (epoch " +
                  std::to_string(grant.epoch) + ")";
    }
    return {"Let these read " + std::to_string(notices.size()) +
                " meters by their next data keys, and nobody else: " + listed(readers_in(first)) +
                ".",
            "The meters: " + meters + ".", "From " + window_text(first.effective, parameters) + ".",
            "Notices " + std::to_string(number_of(notices.front())) + " to " +
                std::to_string(number_of(notices.back())) +
                " of the office; a block may take them" + until_words(notices.front(), parameters)};
}

template <class Content>
std::optional<Window> effective_of(const Content& content) {
    if constexpr (requires { content.effective; }) return content.effective;
    return std::nullopt;
}

}  // namespace

std::string window_text(Window window, const NetworkParameters& parameters) {
    const GridClock grid(parameters);
    const std::int64_t start_s = grid.start_s(window);
    std::string text = "window " + std::to_string(window) + ", which begins " + utc_text(start_s);
    if (const std::int64_t real_s = grid.real_ms(start_s) / 1000; real_s != start_s)
        text += " (" + utc_text(real_s) + " UTC by the clock)";
    return text;
}

std::vector<std::string> in_plain_words(const Transaction& notice,
                                        const NetworkParameters& parameters) {
    std::vector<std::string> words = std::visit(Words{}, notice.content);
    const auto effective =
        std::visit([](const auto& content) { return effective_of(content); }, notice.content);
    if (effective) words.push_back("From " + window_text(*effective, parameters) + ".");
    words.push_back("Notice " + std::to_string(number_of(notice)) +
                    " of the office; a block may take it" + until_words(notice, parameters));
    return words;
}

std::vector<std::string> in_plain_words(const std::vector<Transaction>& notices,
                                        const NetworkParameters& parameters) {
    std::vector<std::string> all;
    std::span<const Transaction> left(notices);
    while (!left.empty()) {
        const std::size_t count = alike(left);
        const auto words = count > 1 ? words_of_grants(left.first(count), parameters)
                                     : in_plain_words(left.front(), parameters);
        all.insert(all.end(), words.begin(), words.end());
        left = left.subspan(count);
    }
    return all;
}

}  // namespace fairfeed
