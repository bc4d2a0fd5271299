#include "core/proof/proof_arithmetic.h"

#include "core/accounts/plausibility.h"
#include "core/contract/availability.h"
#include "core/contract/billing.h"
#include "core/contract/share.h"
#include "core/contract/share_schedule.h"

namespace fairfeed {
namespace {

Unexpected<ProofFault> wrong_energy(std::string_view figure) {
    return unexpected(ProofFault{ProofPart::energy, "the line's " + std::string(figure) +
                                                        " does not follow from the reading"});
}

// The remainder carried in; nullopt: no valid remainder fits.
std::optional<std::int64_t> carried_in(std::int64_t amount_micro, std::int64_t remainder,
                                       Int128 thousandths) {
    const Int128 before = Int128{amount_micro} * kRemainderLimit + remainder - thousandths;
    if (before < 0 || before >= kRemainderLimit) return std::nullopt;
    if (remainder < 0 || remainder >= kRemainderLimit) return std::nullopt;
    return static_cast<std::int64_t>(before);
}

std::string of(std::size_t some, std::size_t all) {
    return std::to_string(some) + " of " + std::to_string(all);
}

std::string witnessed(const ProofFindings& findings) {
    const std::string who = of(findings.endorsements, findings.members) + " committee members";
    switch (findings.committee) {
        case CommitteeClass::full:
            return who +
                   " endorsed the settlement that lists it (class full: one faulty member "
                   "cannot forge it)";
        case CommitteeClass::degraded:
            return who +
                   " endorsed the settlement that lists it (class degraded: every endorser "
                   "counts, none may be faulty)";
        case CommitteeClass::single:
            return "the only committee member endorsed the settlement that lists it (class single: "
                   "nobody else witnessed it)";
    }
    return who;
}

}  // namespace

namespace {

// The line of the reading's own window: everything in it follows from the reading, the capacity and
// the shares in its closing state.
Result<void, ProofFault> check_own_line(const ProofFindings& findings) {
    const ReadingBody& body = findings.body;
    const SettlementLine& line = findings.line;
    if (line.estimated) return wrong_energy("mark `estimated`");
    if (!check_profile(body.profile)) return wrong_energy("energy");
    if (!is_schedule(line.closing.shares) || line.capacity_w < 0 || line.capacity_w > kMaxCapacityW)
        return wrong_energy("shares in force");
    const ShareSchedule shares =
        in_quarters(line.closing.shares, findings.bound, findings.window_start_s);
    const WindowEnergy energy =
        window_energy(body.profile, shares, line.capacity_w, findings.window_start_s,
                      body.available_wh, findings.bands);
    if (line.import_wh != energy.import_wh) return wrong_energy("import");
    if (line.export_wh != energy.export_wh) return wrong_energy("export");
    if (line.generation_wh != energy.generation_wh) return wrong_energy("generation");
    if (line.load_wh != energy.import_wh + energy.generation_wh - energy.export_wh)
        return wrong_energy("load");
    if (line.available_wh != energy.available_wh) return wrong_energy("available generation");
    if (line.curtailed_wh != energy.available_wh - energy.generation_wh)
        return wrong_energy("curtailed energy");
    if (line.credited_wh != energy.credited_wh) return wrong_energy("credited export");
    if (line.bands != energy.bands) return wrong_energy("energy by the tariff's bands");
    if (line.closing.unread_from != findings.window + 1 || line.closing.registers != body.end)
        return wrong_energy("closing registers");
    constexpr std::uint32_t kToldElsewhere = kLineLateReset | kLineOddYield;
    const std::uint32_t told =
        line_flags(body, line.capacity_w) | claim_flag(body, line.available_wh);
    if ((line.flags & ~kToldElsewhere) != told) return wrong_energy("flags");
    return {};
}

// A line of a later window, which trues up the reading's window. The line's own figures are those
// of the later window, and its registers equal or exceed the reading's.
Result<void, ProofFault> check_later_line(const ProofFindings& findings) {
    const SettlementLine& line = findings.line;
    if (line.load_wh != Int128{line.import_wh} + line.generation_wh - line.export_wh)
        return wrong_energy("load");
    if (line.curtailed_wh != Int128{line.available_wh} - line.generation_wh)
        return wrong_energy("curtailed energy");
    if (line.credited_wh < 0 || line.credited_wh > line.export_wh)
        return wrong_energy("credited export");
    if (!add_up(line.bands, findings.bands, line.import_wh, line.credited_wh))
        return wrong_energy("energy by the tariff's bands");
    const ClosingState& closing = line.closing;
    if (closing.unread_from <= findings.window) return wrong_energy("closing registers");
    if (closing.unread_from == findings.window + 1 && closing.registers != findings.body.end)
        return wrong_energy("closing registers");
    return {};
}

}  // namespace

Result<void, ProofFault> check_energy(const ProofFindings& findings, std::int64_t capacity_w,
                                      std::int64_t window_seconds) {
    const SettlementLine& line = findings.line;
    if (static_cast<std::int64_t>(findings.body.profile.size()) * kSecondsPerQuarter !=
        window_seconds)
        return wrong_energy("window");
    const bool is_late = findings.settled != findings.window;
    if (auto sound = is_late ? check_later_line(findings) : check_own_line(findings); !sound)
        return sound;
    if (line.capacity_w != capacity_w)
        return unexpected(ProofFault{
            ProofPart::energy,
            "the line's capacity is not the certified one: " + std::to_string(line.capacity_w) +
                " W, not " + std::to_string(capacity_w) + " W"});
    if (line.mes_w < 0 || line.mes_w > line.capacity_w)
        return unexpected(ProofFault{ProofPart::energy, "the share is above the capacity"});
    return {};
}

Result<void, ProofFault> check_shares(const ProofFindings& findings, std::int64_t grid_epoch_s) {
    const ShareSchedule& shares = findings.line.closing.shares;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const bool ascends = i == 0 || shares[i - 1].from_s < shares[i].from_s;
        const Int128 since_epoch_s = Int128{shares[i].from_s} - grid_epoch_s;
        const bool on_grid = since_epoch_s % kSecondsPerQuarter == 0;
        if (!ascends || !on_grid || shares[i].share_w < 0)
            return wrong_energy("list of shares in its closing state");
    }
    return {};
}

Result<void, ProofFault> check_money(ProofFindings& findings) {
    const SettlementLine& line = findings.line;
    const PricedEnergy energy =
        priced(findings.tariff, line.import_wh, line.credited_wh, line.bands);
    const auto imported = carried_in(line.import_amount_micro, line.closing.import_remainder,
                                     energy.cost + Int128{findings.fixed_micro} * kRemainderLimit);
    const auto exported =
        carried_in(line.export_amount_micro, line.closing.export_remainder, energy.worth);
    if (!imported)
        return unexpected(ProofFault{
            ProofPart::money, "the amount for import does not follow from energy and tariff"});
    if (!exported)
        return unexpected(ProofFault{
            ProofPart::money, "the amount for export does not follow from energy and tariff"});
    findings.import_remainder_before = *imported;
    findings.export_remainder_before = *exported;
    return {};
}

void describe_findings(ProofFindings& findings, const Proof& proof) {
    const bool is_late = findings.settled != findings.window;
    findings.proved = {
        "meter " + findings.meter.str() + " signed this reading of window " +
            std::to_string(findings.window) + " with the key registered for it",
        witnessed(findings),
        "both stand in block " + std::to_string(findings.height) + ", certified by " +
            of(findings.signers, findings.validators) + " validators (" +
            std::to_string(tolerated_faults(findings.validators)) + " faulty tolerated)",
        "reading and bill line open with their own keys",
        is_late ? "the reading came late: the settlement of window " +
                      std::to_string(findings.settled) + " lists it and trues its window up"
                : "the line's energies, its credit under the shares it names and its closing "
                  "registers are those of the reading",
        "the amounts follow from these energies, the tariff and its bands, the fixed charge and "
        "remainders of 0 to 999 thousandths carried in",
    };
    findings.not_proved = {
        "that the shares in the line's closing state, under which the export was credited, are "
        "those of the settlements before",
        "the balance and the remainders carried in: they come from the windows before",
        "the other meters' readings, and so the share (MES) this window earned",
        "that nothing was changed in the registry between genesis and this block beyond the " +
            std::to_string(proof.registry.size()) + " transactions attached",
    };
    if (findings.line.adjusted != Adjustment{} || is_late)
        findings.not_proved.push_back(
            "how what was trued up divides among the windows before: estimates and registers are "
            "in "
            "the lines before");
}

}  // namespace fairfeed
