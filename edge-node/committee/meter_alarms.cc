#include "edge-node/committee/meter_alarms.h"

#include <algorithm>

#include "core/state/state.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "edge-node/committee/signing_right.h"

namespace fairfeed {

MeterAlarms::MeterAlarms(NodeId self, const Signer& signer)
    : self_(std::move(self)), signer_(signer), publisher_(self_, signer) {}

Result<void, Reject> MeterAlarms::judge(const Transaction& event, const Turn& turn) const {
    const auto* alarm = std::get_if<MeterAlarm>(&event.content);
    if (alarm == nullptr) return unexpected(Reject::malformed);
    const VerifyKey* key = turn.state.meter_key(alarm->meter);
    if (key == nullptr) return unexpected(Reject::unknown_meter);
    if (auto valid = verify_transaction(event, turn.state.network, *key); !valid) return valid;
    if (!turn.state.meters.at(alarm->meter).tampered) return {};
    receipt(*alarm, event.id, turn);
    return unexpected(Reject::already_committed);
}

void MeterAlarms::receipt(const MeterAlarm& alarm, const Digest& id, const Turn& turn) const {
    const Window next = turn.state.next_window(alarm.cluster).value_or(alarm.window);
    if (!is_member(self_, alarm.cluster, alarm.window, turn.state) &&
        !is_member(self_, alarm.cluster, std::max(next, alarm.window), turn.state)) {
        return;
    }
    const Receipt said{alarm.meter, alarm.window, alarm.counter, id};
    publisher_.publish(turn, Channel::receipt, alarm.meter.str(),
                       encode_receipt(said, self_, turn.state.network, signer_));
}

}  // namespace fairfeed
