#include <algorithm>

#include "gateway/records/records_session.h"

namespace fairfeed {
namespace {

std::string successor_note(const MeterId& meter) {
    return "replaces " + meter.str();
}

}  // namespace

std::optional<Records::Session::ChainStep> Records::Session::step_by(
    const CapacityCertificate& notice) {
    if (!notice.certificate) return std::nullopt;
    const std::string hex = to_hex(notice.certificate->view());
    std::string application;
    sql << "select application from codes where commitment = :a", soci::use(hex),
        soci::into(application);
    if (!sql.got_data()) return std::nullopt;
    ChainStep decided{ApplicationId(application), {}};
    decided.step.action = ApplicationAction::certify;
    decided.step.commitment = notice.certificate;
    return decided;
}

std::optional<Records::Session::ChainStep> Records::Session::step_by(
    const Deauthorisation& notice) {
    const MeterId meter = inspected(notice.meter);
    for (const std::string& name : names("application", "applications")) {
        const auto each = application(ApplicationId(name));
        if (!each || each->state != ApplicationState::operating || !each->record ||
            (each->record->meter != meter && each->record->meter != notice.meter))
            continue;
        ChainStep decided{each->form.id, {}};
        decided.step.action = ApplicationAction::deauthorise;
        decided.step.reason = to_string(notice.reason);
        return decided;
    }
    return std::nullopt;
}

void Records::Session::replace_meter(const MeterRegistration& successor, Height height,
                                     std::int64_t at_s) {
    const MeterId& old = successor.permit->replaces;
    put_note(successor_note(successor.meter), old.str());
    if (const auto since = note(deauthorised_note(old)))
        put_note(deauthorised_note(successor.meter), *since);
    for (const WorkOrder& order : work_orders()) {
        if (order.alarm.subject != old.view()) continue;
        const WorkOrderStep step{
            WorkOrderAction::replace, std::max(at_s, order.steps.back().at_s),
            "notice " + std::to_string(successor.sequence) + ", block " + std::to_string(height),
            successor.meter.str()};
        if (after_step(order, step)) put(order.id, order.steps.size(), step);
    }
}

MeterId Records::Session::inspected(MeterId meter) {
    while (const auto old = note(successor_note(meter)))
        meter = MeterId(*old);
    return meter;
}

void Records::Session::use_up(const Digest& commitment, std::int64_t at_s) {
    const std::string hex = to_hex(commitment.view());
    const long long used_s = at_s;
    sql << "update codes set used_s = :a where commitment = :b and used_s is null",
        soci::use(used_s), soci::use(hex);
}

std::string Records::Session::deauthorised_note(const MeterId& meter) {
    return "deauthorised " + meter.str();
}

Records::Answer<std::optional<std::int64_t>> Records::deauthorised_s(const MeterId& meter) const {
    using Known = std::optional<std::int64_t>;
    try {
        const auto said = session_->note(Session::deauthorised_note(meter));
        return said ? Known(std::stoll(*said)) : Known();
    } catch (const std::exception& error) {
        return unexpected("the office's records: " + std::string(error.what()));
    }
}

std::optional<Application> Records::Session::take(const ChainStep& decided) {
    const auto before = application(decided.application);
    if (!before) return std::nullopt;
    ApplicationStep step = decided.step;
    if (!before->steps.empty()) step.at_s = std::max(step.at_s, before->steps.back().at_s);
    auto after = after_step(*before, step);
    if (!after) return std::nullopt;
    put(before->form.id, before->steps.size(), step);
    follow_up(*before, step);
    return std::move(*after);
}

Records::Answer<std::vector<Application>> Records::follow(const Block& block, std::int64_t at_s) {
    constexpr const char* kFollowed = "followed";
    using Changed = std::vector<Application>;
    const Height height = block.header.height;
    try {
        RecordsTransaction whole(session_->sql);
        const auto known = session_->note(kFollowed);
        if (known && height <= std::stoull(*known)) return Changed();
        Changed changed;
        for (const Transaction& each : block.transactions) {
            std::optional<Session::ChainStep> decided;
            if (const auto* capacity = std::get_if<CapacityCertificate>(&each.content)) {
                if (capacity->certificate) session_->use_up(*capacity->certificate, at_s);
                decided = session_->step_by(*capacity);
            }
            if (const auto* taken = std::get_if<Deauthorisation>(&each.content)) {
                session_->put_note(Session::deauthorised_note(taken->meter), std::to_string(at_s));
                decided = session_->step_by(*taken);
            }
            const auto* meter = std::get_if<MeterRegistration>(&each.content);
            if (meter && meter->permit) session_->replace_meter(*meter, height, at_s);
            if (!decided) continue;
            decided->step.at_s = at_s;
            decided->step.by = {ActorRole::chain, "block " + std::to_string(height)};
            if (auto after = session_->take(*decided)) changed.push_back(std::move(*after));
        }
        session_->put_note(kFollowed, std::to_string(height));
        whole.commit();
        return changed;
    } catch (const std::exception& error) {
        return unexpected("the office's records: " + std::string(error.what()));
    }
}

}  // namespace fairfeed
