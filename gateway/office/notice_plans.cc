#include "gateway/office/notice_plans.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/state/registry.h"
#include "gateway/office/field_reader.h"
#include "gateway/office/next_key.h"

namespace fairfeed {
namespace {

using Errors = std::vector<std::string>;

// "IMPORT,EXPORT,GENERATION" in Wh.
std::optional<Registers> registers_in(FieldReader& in, std::string_view field) {
    const std::string* said = in.find(field);
    if (said == nullptr) return std::nullopt;
    std::array<std::int64_t, 3> wh{};
    const char* at = said->data();
    const char* const end = at + said->size();
    for (std::size_t i = 0; i < wh.size(); ++i) {
        const auto [next, fault] = std::from_chars(at, end, wh[i]);
        const bool is_last = i + 1 == wh.size();
        const bool goes_on = is_last ? next == end : next != end && *next == ',';
        if (fault != std::errc() || !goes_on) {
            in.fail(field,
                    "'" + *said + "' is not IMPORT,EXPORT,GENERATION in Wh: 81250,9400,12000");
            return std::nullopt;
        }
        at = is_last ? next : next + 1;
    }
    return Registers{wh[0], wh[1], wh[2]};
}

std::string wh_text(const Registers& registers) {
    return std::to_string(registers.import_wh) + "," + std::to_string(registers.export_wh) + "," +
           std::to_string(registers.generation_wh);
}

bool is_below(const Registers& some, const Registers& others) {
    return some.import_wh < others.import_wh || some.export_wh < others.export_wh ||
           some.generation_wh < others.generation_wh;
}

// The notices of a plan, and the state that they lead to.
class PlanWriter {
  public:
    explicit PlanWriter(const PlanGround& ground)
        : random_(ground.random), state_(ground.draft.state) {}

    [[nodiscard]] const ChainState& state() const { return state_; }
    [[nodiscard]] NoticePlan take() { return std::move(plan_); }
    void remark(std::string sentence) { plan_.remarks.push_back(std::move(sentence)); }

    void add(TransactionContent content) {
        std::visit(
            [this](auto& said) {
                if constexpr (requires { said.sequence; }) said.sequence = state_.dgmd_sequence + 1;
            },
            content);
        Transaction notice;
        notice.content = content;
        apply_registry(state_, notice, state_.height + 1, state_.tip_time_ms + 1);
        plan_.notices.push_back(std::move(content));
    }
    void add_key(const MeterId& id, Window effective, const std::string& file) {
        const MeterRecord meter = state_.meters.at(id);
        const NextKey next{effective, random_fixed<SymmetricKey>(random_), {}};
        auto grant = next_key_grant(state_, meter, next);
        CHECK(grant.has_value());  // its readers are on the chain
        plan_.keys.push_back({file, next.key, id, grant->epoch});
        add(std::move(*grant));
    }

  private:
    const RandomSource& random_;
    ChainState state_;
    NoticePlan plan_;
};

// The old meter, if it can be replaced; else the reason is noted.
const MeterRecord* replaced_in(FieldReader& in, const ChainState& state) {
    const auto id = in.name<MeterId>("replaces");
    const MeterRecord* old = state.meters.find(id);
    if (old == nullptr) {
        if (!id.empty()) in.fail("replaces", "'" + id.str() + "' is not registered");
        return nullptr;
    }
    if (!old->replaced) return old;
    in.fail("replaces",
            "'" + id.str() + "' is replaced by " + old->replaced->by.str() + " already");
    return nullptr;
}

MeterRegistration successor_of(FieldReader& in, const MeterRecord& old) {
    MeterRegistration out = old.registration;  // place and connection stay
    out.meter = in.name<MeterId>("meter");
    out.signing_key = in.hex<PublicKey>("signing_key");
    out.effective = in.effective();
    out.rating.amperes = in.number("amperes", out.rating.amperes);
    out.rating.phases = in.number("phases", out.rating.phases);
    out.rating.volts = in.number("volts", out.rating.volts);
    return out;
}

void remark_on_orders(PlanWriter& plan, const MeterRecord& old, const MeterId& successor) {
    if (!old.command || old.command->order != MeterOrder::disconnect) return;
    plan.remark(
        "The last order to " + old.registration.meter.str() +
        " was to disconnect its home. Orders do not pass on: `gateway draft command meter=" +
        successor.str() + " order=disconnect ...` if it is to stay so.");
}

void write_replacement(FieldReader& in, const PlanGround& ground, PlanWriter& plan) {
    const MeterRecord* old = replaced_in(in, ground.draft.state);
    const auto closing = registers_in(in, "closing");
    const auto opening = registers_in(in, "opening");
    if (old == nullptr || !closing || !opening) return;
    if (ground.last && is_below(*closing, ground.last->registers)) {
        in.fail("closing", "below its last reading, " + wh_text(ground.last->registers) +
                               ": read the old meter again");
    }
    MeterRegistration meter = successor_of(in, *old);
    meter.installed = *opening;
    const Window first = std::min(ground.draft.running + 1, meter.effective);
    const std::int64_t since = in.number("since", first);
    if (since < 0 || since > meter.effective)
        in.fail("since", "a window up to " + std::to_string(meter.effective));
    meter.permit = WorkPermit{old->registration.meter, *closing, static_cast<Window>(since)};
    if (in.has_errors()) return;
    remark_on_orders(plan, *old, meter.meter);
    plan.add(meter);
}

// The same device under a new name: its registers go on where the old name's last reading left
// them.
void write_move(FieldReader& in, const PlanGround& ground, PlanWriter& plan) {
    const MeterRecord* old = replaced_in(in, ground.draft.state);
    const auto cluster = in.name<ClusterId>("cluster");
    if (old == nullptr) return;
    const std::string id = old->registration.meter.str();
    if (ground.draft.state.cluster(cluster) == nullptr && !cluster.empty())
        in.fail("cluster", "'" + cluster.str() + "' has no committee");
    if (cluster == old->registration.cluster)
        in.fail("cluster", id + " is in cluster " + cluster.str() + " already");
    if (!ground.last) {
        in.fail("replaces", "the office's ledger has no settled reading of " + id);
        return;
    }
    if (!ground.last->is_missed) {
        in.fail("replaces", id +
                                " still reports under this name: let it sign with the new name and "
                                "key first. What it measures in between is not lost");
    }
    MeterRegistration meter = successor_of(in, *old);
    meter.cluster = cluster;
    meter.installed = ground.last->registers;
    meter.permit = WorkPermit{old->registration.meter, ground.last->registers,
                              std::min(ground.last->unread_from, meter.effective)};
    if (in.has_errors()) return;
    remark_on_orders(plan, *old, meter.meter);
    plan.add(meter);
}

void check_key_file(FieldReader& in) {
    if (in.text("data_key").empty() && in.find("data_key") != nullptr)
        in.fail("data_key", "name a file");
}

bool is_of(const ChainState& state, const MeterId& meter, const ClusterId& cluster) {
    return cluster.empty() || state.meters.at(meter).registration.cluster == cluster;
}

void write_rotation(FieldReader& in, const PlanGround& ground, PlanWriter& plan) {
    const std::int64_t within = in.number("within_days", kKeyWarningDays);
    const std::int64_t every = in.number("every_days", kKeyEpochDays);
    const Window earliest =
        in.find("earliest") != nullptr ? in.window("earliest") : ground.draft.running + 1;
    const auto cluster = in.name<ClusterId>("cluster");
    if (within < 0 || within > 3660) in.fail("within_days", "0 to 3660");
    if (every < 1 || every > 3660) in.fail("every_days", "1 to 3660");
    if (!cluster.empty() && ground.draft.state.cluster(cluster) == nullptr)
        in.fail("cluster", "'" + cluster.str() + "' has no committee");
    const std::string directory = in.text("keys");
    if (in.has_errors()) return;
    const ChainState& state = ground.draft.state;
    for (const EndingKey& each : ending_keys(state, ground.draft.running, within, every)) {
        if (!is_of(state, each.meter, cluster)) continue;
        const std::string epoch = std::to_string(next_key_epoch(state.meters.at(each.meter)));
        plan.add_key(each.meter, std::max(each.ends, earliest),
                     directory + "/" + each.meter.str() + "-data-" + epoch + ".key");
    }
    if (plan.state().dgmd_sequence == state.dgmd_sequence)
        in.fail("within_days", "no data key comes to its end within " + std::to_string(within) +
                                   " days: nothing is to be drafted");
}

constexpr NoticeField kNewMeter{"meter", "the new meter's name", false};
constexpr NoticeField kNewKey{"signing_key", "the new meter's public key, 130 hex digits", false};
constexpr NoticeField kOldMeter{"replaces", "the old meter's name", false};
constexpr NoticeField kNewDataKey{"data_key", "file of its data key, to make. Take it to the meter",
                                  false};
constexpr NoticeField kFrom{"effective", "window: a number, next, next+N", false};

}  // namespace

const std::vector<NoticeForm>& plan_forms() {
    static const std::vector<NoticeForm> kForms = {
        {"replace",
         "Replace a meter under a work permit, with the registers of both",
         {kOldMeter,
          kNewMeter,
          kNewKey,
          kNewDataKey,
          {"closing",
           "the old meter's registers when it was taken out: IMPORT,EXPORT,GENERATION Wh"},
          {"opening", "the new meter's registers when it was put in"},
          kFrom,
          {"since", "first whole window that the new meter measured; next if left out", true},
          {"amperes", "as the old one's if left out", true},
          {"phases", "as the old one's if left out", true},
          {"volts", "as the old one's if left out", true}},
         "replaces=m-101 meter=m-201 signing_key=04... data_key=m-201-data.key "
         "closing=81250,9400,12000 opening=3,0,0 effective=next+6"},
        {"move",
         "Move a service point to another cluster: the same device under a new name",
         {kOldMeter,
          kNewMeter,
          {"cluster", "the new cluster's name"},
          kNewKey,
          kNewDataKey,
          kFrom,
          {"amperes", "as before if left out", true},
          {"phases", "as before if left out", true},
          {"volts", "as before if left out", true}},
         "replaces=m-101 meter=m-301 cluster=oak signing_key=04... data_key=m-301-data.key "
         "effective=next+6"},
        {"key_rotation",
         "Give all meters their next data key whose present one comes to its end",
         {{"keys", "directory for the new keys. Take each to its meter"},
          {"within_days", "which keys: those that end within so many days; default 7", true},
          {"every_days", "how long a key is in use; default 30", true},
          {"earliest", "window before which no key begins; next if left out", true},
          {"cluster", "the meters of this cluster alone", true}},
         "keys=new-keys within_days=10"},
    };
    return kForms;
}

bool is_plan(std::string_view kind) {
    const auto& forms = plan_forms();
    return std::any_of(forms.begin(), forms.end(),
                       [&](const NoticeForm& form) { return form.kind == kind; });
}

std::vector<EndingKey> ending_keys(const ChainState& state, Window running,
                                   std::int64_t within_days, std::int64_t every_days) {
    const std::int64_t day = state.grid().windows_per_day();
    const std::int64_t last = std::int64_t{running} + within_days * day;
    std::vector<EndingKey> out;
    for (const auto& [id, meter] : state.meters) {
        if (meter.grants.empty() || meter.tampered || meter.replaced) continue;
        const std::int64_t ends = meter.grants.back().effective + every_days * day;
        if (ends <= last) out.push_back({id, static_cast<Window>(ends)});
    }
    return out;
}

Result<NoticePlan, std::vector<std::string>> plan_from(std::string_view kind,
                                                       const NoticeFields& fields,
                                                       const PlanGround& ground) {
    CHECK(is_plan(kind));
    const auto& forms = plan_forms();
    const auto form = std::find_if(forms.begin(), forms.end(),
                                   [&](const NoticeForm& each) { return each.kind == kind; });
    Errors errors = faults_of_names(*form, fields);
    FieldReader in(fields, ground.draft);
    PlanWriter plan(ground);
    if (kind == "key_rotation") {
        write_rotation(in, ground, plan);
    } else {
        check_key_file(in);
        kind == "move" ? write_move(in, ground, plan) : write_replacement(in, ground, plan);
    }
    for (std::string& error : in.take_errors())
        errors.push_back(std::move(error));
    if (!errors.empty()) return unexpected(std::move(errors));
    if (kind != "key_rotation") {
        const auto meter = in.name<MeterId>("meter");
        plan.add_key(meter, in.effective(), in.text("data_key"));
    }
    return plan.take();
}

}  // namespace fairfeed
