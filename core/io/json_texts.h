// Texts as a JSON array, in their order.
#pragma once

#include <string>
#include <vector>

#include "core/io/json.h"

namespace fairfeed {

[[nodiscard]] inline Json texts_json(const std::vector<std::string>& texts) {
    Json out = Json::array();
    for (const std::string& text : texts)
        out.push(text);
    return out;
}

}  // namespace fairfeed
