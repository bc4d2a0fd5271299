#include "core/state/office_rules.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/contract/billing.h"
#include "core/state/authority_rules.h"
#include "core/state/registry.h"

namespace fairfeed {
namespace {

bool is_taken(const ChainState& state, const std::string& name) {
    return name == state.genesis.dgmd.str() || name == state.genesis.genesis_node.str() ||
           name == kGridAccount || state.nodes.contains(NodeId(name)) ||
           state.meters.contains(MeterId(name));
}

// A stolen gateway must not be an officer as well.
Result<void, Reject> check_signatory(const ChainState& state, const Signatory& signatory) {
    if (is_taken(state, signatory.name.str())) return unexpected(Reject::already_registered);
    if (is_dgmds(state, signatory.key)) return unexpected(Reject::already_registered);
    if (!VerifyKey::from_point(signatory.key)) return unexpected(Reject::malformed);
    return {};
}

}  // namespace

Result<void, Reject> check_office(const ChainState& state, const Office& office) {
    if (fault_of(office)) return unexpected(Reject::out_of_range);
    for (const auto* list : {&office.officers, &office.inspectors}) {
        for (const Signatory& signatory : *list)
            if (auto sound = check_signatory(state, signatory); !sound) return sound;
    }
    return {};
}

std::optional<OfficeInForce> parsed(const Office& office) {
    OfficeInForce out{office, {}};
    for (const Signatory& officer : office.officers) {
        auto key = VerifyKey::from_point(officer.key);
        if (!key) return std::nullopt;
        out.keys.push_back(std::move(*key));
    }
    return out;
}

void apply_office(ChainState& state, const Office& office) {
    auto next = parsed(office);
    CHECK(next);
    state.office = std::move(*next);
}

Result<void, Reject> check_drafted(const ChainState& state, const Transaction& notice,
                                   SignatureChecker& signatures) {
    const auto verify = [&](const VerifyKey& key) {
        return signatures.transaction(notice, state.network, key);
    };
    if (notice.signer == state.genesis.dgmd) return check_by_dgmd(state, verify);
    const VerifyKey* officer = state.officer_key(notice.signer);
    return officer != nullptr ? verify(*officer) : unexpected(Reject::unknown_node);
}

Result<void, Reject> check_approvals(const ChainState& state, const Transaction& notice,
                                     SignatureChecker& signatures) {
    if (is_by_policy(notice)) {
        if (notice.signer != state.genesis.dgmd) return unexpected(Reject::not_a_member);
        if (!notice.endorsements.empty()) return unexpected(Reject::malformed);
        return {};
    }
    if (auto form = check_form(state.office.office, notice.endorsements); !form) return form;
    for (const Witness& approval : notice.endorsements) {
        const VerifyKey& key = *state.officer_key(approval.node);
        const auto valid = signatures.approval(notice.id, approval, state.network, key);
        if (!valid) return valid;
    }
    return {};
}

Result<void, Reject> check_notice(const ChainState& state, const Transaction& notice, Height height,
                                  std::int64_t time_ms, SignatureChecker& signatures) {
    if (auto may = check_registry(state, notice, height, time_ms); !may) return may;
    if (auto drafted = check_drafted(state, notice, signatures); !drafted) return drafted;
    return check_approvals(state, notice, signatures);
}

}  // namespace fairfeed
