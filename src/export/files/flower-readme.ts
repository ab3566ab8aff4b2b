/** The part of an export's `README.md` on the Flower app. */
export const FLOWER_README = `## Train at several sites

This folder is a [Flower](https://flower.ai) app: sites train on their own scans and send weights, a server averages them.

| File | What it is |
| --- | --- |
| \`client_app.py\` | a site's app |
| \`server_app.py\` | the server's app |
| \`federation.py\` | what both do, without Flower: training a round, weights that travel |
| \`protections.py\` | secure aggregation and differential privacy, on or off |
| \`pyproject.toml\` | rounds, steps, sites, noise |

What leaves a site: the weights of encoder and head, the number of its training patients (1 with differential privacy), and, without differential privacy, its held-out loss and metric after a round. Batch norms stay at the site, since their statistics leak: each site then has its own network, in its \`output\` folder. With group norm there is one network, \`encoder.pt\` in the server's \`output\` folder.

### On your machines

Every command with telemetry off:

\`\`\`sh
export FLWR_TELEMETRY_ENABLED=0
pip install .
\`\`\`

The server (SuperLink), with TLS, for sites that were registered alone:

\`\`\`sh
flower-superlink --ssl-ca-certfile certificates/ca.crt --ssl-certfile certificates/server.pem \\
  --ssl-keyfile certificates/server.key --enable-supernode-auth
\`\`\`

Certificates come from your organisation's authority; never run with \`--insecure\` across a network. Each site makes a key pair (\`ssh-keygen -t ecdsa -b 384 -f keys/site\`) and sends the public key to whoever runs the server, who registers it with \`flwr supernode register keys/site.pub\`. Then the site runs (SuperNode):

\`\`\`sh
flower-supernode --superlink server.example.org:9092 --root-certificates certificates/ca.crt \\
  --auth-supernode-private-key keys/site \\
  --node-config 'scans="/data/ct" output="/data/federation"'
\`\`\`

\`flwr run .\` starts a run. Names of options differ between versions of Flower: see its guides on [TLS](https://flower.ai/docs/framework/how-to-enable-tls-connections.html) and on [authenticating nodes](https://flower.ai/docs/framework/how-to-authenticate-supernodes.html).

### Secure aggregation

On by default (SecAgg+): the server sees the sum of the updates and no single one. It needs three sites or more; a site that is lost is left out as long as \`reconstruction-threshold\` of the others answer. Weights beyond \`largest-weight\` are clipped, since they are masked as integers. The loss and the metric of an evaluation are not masked.

### Differential privacy

\`CLIPPING = "fixed"\` in \`protections.py\` clips each site's update to the norm \`clip\` at the site, and the server adds noise to their mean; \`"adaptive"\` follows the middle of the norms, and tells the server of each site whether it was clipped. Choose \`clip\` and \`noise\` with \`voxolve pretrain --federated\`, which also counts ε: with every site in every round, as here, its \`participation\` is 1. Flower calls its differential privacy a preview.
`;
