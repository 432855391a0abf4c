// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>

namespace slotscope::core {

/// Whether nobody else holds it any more, so that it may be changed: what others have read of it has happened
/// before.
template <typename T>
bool isSoleHolder(const std::shared_ptr<T> &pointer)
{
#if defined(__SANITIZE_THREAD__) // which knows no fences, but what copying does
    return std::shared_ptr<T>(pointer).use_count() == 2;
#else
    if (pointer.use_count() != 1)
        return false;
    std::atomic_thread_fence(std::memory_order_acquire);
    return true;
#endif
}

} // namespace slotscope::core
