/**
 * What several data owners have in common: each contributes encrypted sums of its columns, the key
 * holder opens their total and fits one preparation of rows for all.
 */
package org.hetal.owner.contribution;
