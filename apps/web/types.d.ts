// Next writes next-env.d.ts anew at each start; what it would say of style sheets and images stands here for good.
/// <reference types="next" />
/// <reference types="next/image-types/global" />
