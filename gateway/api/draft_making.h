// A draft made for whoever asks over HTTP: by the same rules as at the console, and not twice.
#pragma once

#include <functional>

#include "gateway/api/api_route.h"

namespace fairfeed {

// Drafts what the wish says: 201, or 200 with the draft that waits already, if there is one that
// `is_same` as the new one would be.
[[nodiscard]] HttpResponse draft_for(
    const ApiSources& sources, const ApiCall& call, const DraftWish& wish,
    const std::function<bool(const Draft& known, const Draft& made)>& is_same);

}  // namespace fairfeed
