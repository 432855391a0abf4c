// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one place that lists where we give, on purpose, something else than the reference data says.
#pragma once

#include <array>
#include <string_view>

namespace slotscope::test {

struct VectorException
{
    std::string_view hex;
    std::string_view notation; ///< what we show
    std::string_view reason;
};

inline constexpr std::array VectorExceptions {
    // cbor-vectors.json
    VectorException {"a2616101616102", R"({"map":[["a",1],["a",2]]})",
                     "both members of one name are kept; the reference's dict keeps the last"},
    VectorException {"a201020103", R"({"map":[[1,2],[1,3]]})",
                     "both members of one name are kept; the reference's dict keeps the last"},
    VectorException {"a1820102657475706c65", R"({"map":[[[1,2],"tuple"]]})",
                     "an array is an array as a key, too; only Python needs a tuple there"},
};

/// Out-of-band buffers of pickles: the reference reads from bytes, so to it all are read-only; here (and in
/// codec-vectors.json) they are what the pickle says of each. Not compared.
inline constexpr std::string_view UncomparedMember = "readonly";

/// The one for these bytes; null pointer: none.
inline const VectorException *exceptionFor(std::string_view hex)
{
    for (const VectorException &exception : VectorExceptions) {
        if (exception.hex == hex)
            return &exception;
    }
    return nullptr;
}

} // namespace slotscope::test
