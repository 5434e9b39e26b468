/** Words that add nothing, or hide that something is hard. */
export const BANNED =
  /\b(simply|obviously|basically|easily|of course|just|very|actually|really|clearly|note that|delve|leverage|utili[sz]e|seamless\w*|powerful|robust|in order to|journey|it is worth|keep in mind)\b/gi;
